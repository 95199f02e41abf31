#!/usr/bin/env bash
# The include table of the architecture (controller/README.md), as a test. Prints each include that
# crosses a line and exits 1 if there is one.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

# layer | what it may include of ours | libraries it may include, in .cpp files only
table='
api                  | api                                          | yaml-cpp nlohmann
controller/core      | api controller/core                          |
controller/ports     | api controller/core controller/ports         |
controller/tls       | api controller/core controller/tls           | openssl
controller/reconcile | api controller/core controller/ports controller/tls controller/reconcile |
controller/engine    | api controller/core controller/ports controller/reconcile controller/engine |
controller/ibm       | api controller/core controller/ports controller/ibm | nlohmann
controller/net       | api controller/core controller/ports controller/net | boost cpprest pplx openssl
controller/app       | api controller                               | CLI nlohmann spdlog
hack/localcloud      | hack/localcloud                              | boost nlohmann openssl zlib.h CLI
'
# Names that any header may know: our result type, and forward declarations.
everywhere='tl/expected.hpp nlohmann/json_fwd.hpp'
libraries='yaml-cpp nlohmann openssl boost cpprest pplx CLI spdlog fmt catch2 rapidcheck zlib.h'

starts_with_one_of() {  # word prefix...
  local word=$1 prefix
  shift
  for prefix in "$@"; do [[ $word == "$prefix" || $word == "$prefix"/* ]] && return 0; done
  return 1
}

faults=0
complain() { echo "layers: $1"; faults=$((faults + 1)); }

check_file() {  # file ours libraries
  local file=$1 ours=$2 allowed=$3 include
  while read -r include; do
    if starts_with_one_of "$include" api controller hack tests; then
      # shellcheck disable=SC2086
      starts_with_one_of "$include" $ours || complain "$file includes $include"
    elif starts_with_one_of "$include" $libraries && [[ " $everywhere " != *" $include "* ]]; then
      # shellcheck disable=SC2086
      starts_with_one_of "$include" $allowed || { complain "$file includes <$include>"; continue; }
      # The local cloud's own headers may name JSON: it is what it speaks.
      [[ $file == *.h && $file != hack/localcloud/* ]] && complain "$file includes <$include> in a header"
    fi
  done < <(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]+)[>"].*/\1/p' "$file")
  return 0
}

while IFS='|' read -r layer ours allowed; do
  layer=${layer// /}
  [[ -n $layer ]] || continue
  while read -r file; do
    check_file "$file" "$ours" "$allowed"
  done < <(find "$layer" -name '*.h' -o -name '*.cpp' | sort)
done <<<"$table"

[[ $faults -eq 0 ]] || { echo "layers: $faults includes cross a line"; exit 1; }
echo "layers: clean"

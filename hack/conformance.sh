#!/usr/bin/env bash
# Drives the local cloud with IBM's own SDKs, and holds certloop's requests against theirs: tests/conformance.
# Needs the registries of Python and Node packages once; what cannot be had is skipped, told and counted.
# CONFORMANCE_LOCALCLOUD and CONFORMANCE_CERTLOOP name other binaries than those of the dev preset.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/setup.sh --conformance

suite=$PWD/tests/conformance
place=$PWD/build/conformance
localcloud=${CONFORMANCE_LOCALCLOUD:-$PWD/build/dev/localcloud}
certloop=${CONFORMANCE_CERTLOOP:-$PWD/build/dev/certloop}
mkdir -p "$place"
rm -rf "$place/findings"
mkdir "$place/findings"

if [[ -z ${CONFORMANCE_LOCALCLOUD:-} ]]; then
  cmake --preset dev >/dev/null
  built=$(cmake --build --preset dev -j"$(nproc)" --target localcloud certloop) ||
    { printf '%s\n' "$built" | tail -n 40; exit 1; }
fi

# Once a list is installed its copy stands beside it; another list installs anew.
installed() { cmp -s "$suite/$1" "$place/$1"; }
install_python() {
  installed requirements.txt && return
  echo "conformance: installing IBM's SDKs for Python"
  python3 -m venv --clear "$place/venv" &&
    "$place/venv/bin/pip" install --quiet --disable-pip-version-check -r "$suite/requirements.txt" &&
    cp "$suite/requirements.txt" "$place/"
}
# One by one: a version that the registry does not have must not keep the others away.
install_node() {
  installed package.json && return
  echo "conformance: installing IBM's SDKs for Node"
  rm -rf "$place/node" && mkdir "$place/node"
  local package missing=0
  for package in $(jq -r '.dependencies | to_entries[] | "\(.key)@\(.value)"' "$suite/package.json"); do
    timeout 300 npm install --silent --no-audit --no-fund --no-package-lock --prefix "$place/node" "$package" ||
      { echo "conformance: no $package"; missing=1; }
  done
  # Not remembered if some are missing: the next run asks again.
  [[ $missing -eq 1 ]] || cp "$suite/package.json" "$place/"
}
install_python || echo "conformance: no SDKs for Python"
install_node || echo "conformance: no SDKs for Node"

# Certificates for the rows, made here and thrown away.
fixtures=$(mktemp -d)
trap 'rm -rf "$fixtures"' EXIT
python3 "$suite/fixtures.py" "$fixtures"

run() {  # sdk program table: one table against a fresh cloud
  local sdk=$1 table=$3 name
  name=$(basename "$table" .json)
  rm -f "$fixtures/env"
  "$localcloud" --env-file "$fixtures/env" >"$place/localcloud.log" 2>&1 &
  local cloud=$!
  until [[ -s $fixtures/env ]] || ! kill -0 "$cloud" 2>/dev/null; do sleep 0.02; done
  (
    set -a
    # shellcheck source=/dev/null
    source "$fixtures/env"
    CONFORMANCE_TOKEN_FILE=$fixtures/compute-token
    set +a
    printf '%s' "$LOCALCLOUD_COMPUTE_TOKEN" >"$CONFORMANCE_TOKEN_FILE"
    NODE_PATH=$place/node/node_modules $2 "$table" "$fixtures/fixtures.json" "$place/findings/$name.$sdk.json"
  ) || echo "conformance: the driver for $sdk failed on $name"
  kill "$cloud"
  wait "$cloud" || true
}
for table in "$suite"/operations/*.json; do
  [[ ! -x $place/venv/bin/python ]] || run python "$place/venv/bin/python $suite/drive.py" "$table"
  [[ ! -d $place/node/node_modules ]] || run node "node $suite/drive.mjs" "$table"
done
status=0
python3 "$suite/coverage.py" "$place/findings" "$suite"/operations/*.json || status=1
exit $status

#!/usr/bin/env bash
# Drives the local cloud with IBM's own SDKs, and holds certloop's requests against theirs: tests/conformance.
# Needs the registries of Python, Node and Go packages once; what cannot be had is skipped, told and counted.
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

install_python() {
  cmp -s "$suite/requirements.txt" "$place/requirements.txt" && return
  echo "conformance: installing IBM's SDKs for Python"
  python3 -m venv --clear "$place/venv" &&
    "$place/venv/bin/pip" install --quiet --disable-pip-version-check -r "$suite/requirements.txt" &&
    cp "$suite/requirements.txt" "$place/"
}
# One by one: a version that the registry does not have must not keep the others away.
install_node() {
  local name version missing=0
  mkdir -p "$place/node"
  while read -r name version; do
    [[ $(jq -r .version "$place/node/node_modules/$name/package.json" 2>/dev/null) == "$version" ]] && continue
    echo "conformance: installing $name"
    timeout 600 npm install --silent --no-audit --no-fund --no-package-lock --save-exact \
      --prefix "$place/node" "$name@$version" || missing=1
  done < <(jq -r '.dependencies | to_entries[] | "\(.key) \(.value)"' "$suite/package.json")
  return "$missing"
}
# In a copy, since go.mod and go.sum grow by what is installed. One by one too; `sdks` lists those that build.
install_go() {
  local sdk module missing=0
  mkdir -p "$place/go"
  cp "$suite"/go/*.go "$place/go/"
  (
    cd "$place/go"
    if ! cat "$suite/go/go.mod" "$suite/go/sdks.txt" | cmp -s - wanted; then
      echo "conformance: installing IBM's SDKs for Go"
      rm -f go.sum && : >sdks
      cp "$suite/go/go.mod" .
      build_go "" || return
      while read -r sdk module; do
        timeout 600 go get "$module" && build_go "$sdk" && echo "$sdk" >>sdks ||
          { echo "conformance: no $module"; missing=1; }
      done <"$suite/go/sdks.txt" 2>go.log
      [[ $missing -eq 1 ]] || cat "$suite/go/go.mod" "$suite/go/sdks.txt" >wanted
    fi
    build_go "$(cat sdks)"
  )
}
build_go() {  # sdks: with these
  timeout 600 go build -mod=mod -tags "${1//$'\n'/,}" -o drive .
}
install_python || { echo "conformance: cannot install all SDKs for Python"; rm -rf "$place/venv"; }
install_node || echo "conformance: cannot install all SDKs for Node"
install_go || { echo "conformance: cannot build the driver for Go"; rm -f "$place/go/drive"; }

# Certificates for the rows, made here and thrown away.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$suite/fixtures.py" "$scratch"

with_cloud() {  # command...: against a fresh cloud
  rm -f "$scratch/env"
  "$localcloud" --env-file "$scratch/env" >"$place/localcloud.log" 2>&1 &
  local cloud=$! status=0
  until [[ -s $scratch/env ]] || ! kill -0 "$cloud" 2>/dev/null; do sleep 0.02; done
  (
    set -a
    # shellcheck source=/dev/null
    source "$scratch/env"
    CONFORMANCE_TOKEN_FILE=$scratch/compute-token NODE_PATH=$place/node/node_modules
    set +a
    printf '%s' "$LOCALCLOUD_COMPUTE_TOKEN" >"$CONFORMANCE_TOKEN_FILE"
    exec "$@"
  ) || status=$?
  kill "$cloud" 2>/dev/null || true
  wait "$cloud" || true
  return "$status"
}

# Why no Go drives a table, or nothing. TABLE
go_lacks() {
  local sdk
  sdk=$(jq -r '.go.sdk // ""' "$1")
  if [[ ! -x $place/go/drive ]]; then
    echo "here is no $(grep "^go " "$suite/go/go.mod") or later, or the registry does not give the core"
  elif [[ -n $sdk ]] && ! grep -qx "$sdk" "$place/go/sdks"; then
    echo "the registry cannot be reached or does not have $(sed -n "s/^$sdk //p" "$suite/go/sdks.txt")"
  fi
}

status=0
python=$place/venv/bin/python
for table in "$suite"/operations/*.json; do
  name=$(basename "$table" .json)
  if [[ -x $python ]]; then
    with_cloud "$python" "$suite/drive.py" "$table" "$scratch/fixtures.json" "$place/findings/$name.python.json" || status=1
  fi
  if [[ -d $place/node/node_modules ]] && jq -e .node "$table" >/dev/null; then
    with_cloud node "$suite/drive.mjs" "$table" "$scratch/fixtures.json" "$place/findings/$name.node.json" || status=1
  fi
  why=$(go_lacks "$table")
  if [[ -n $why ]]; then
    jq -n --arg why "$why" '{skipped: $why}' >"$place/findings/$name.go.json"
  else
    with_cloud "$place/go/drive" "$table" "$scratch/fixtures.json" "$place/findings/$name.go.json" || status=1
  fi
done
python3 "$suite/coverage.py" "$place/findings" "$suite"/operations/*.json || status=1
if [[ -x $python ]]; then
  with_cloud "$python" "$suite/compare.py" "$certloop" "$scratch/fixtures.json" "$scratch" || status=1
else
  echo "SKIPPED the comparison of certloop's requests: the registry cannot be reached"
fi
[[ $status -eq 0 ]] && echo "conformance: all passed" || echo "conformance: something failed"
exit $status

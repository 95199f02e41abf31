#!/usr/bin/env bash
# Installs what building and testing certloop needs, from Debian's packages, and only what is missing.
# Works as root and through sudo. `hack/setup.sh --all` adds what only hack/verify.sh and hack/fuzz.sh
# need, --conformance what only hack/conformance.sh does, --switches the same for hack/switches.sh; a
# Python or Node that is there already is as good as Debian's. Go, which only hack/conformance.sh uses and
# goes without, is not installed: Debian's is older than IBM's core for Go demands.
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache pkg-config                       # to build
  libcpprest-dev libboost-dev libssl-dev nlohmann-json3-dev     # what we build on
  libyaml-cpp-dev libspdlog-dev libexpected-dev libcli11-dev zlib1g-dev
  catch2 librapidcheck-dev                                      # to test
  ca-certificates curl jq openssl                               # the demo
)
[[ ${1:-} == --all ]] && packages+=(clang clang-tidy clang-format libclang-rt-14-dev)
if [[ ${1:-} == --all || ${1:-} == --conformance ]]; then
  python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
  command -v node >/dev/null || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
fi

[[ ${1:-} == --switches ]] && { command -v python3 >/dev/null || packages+=(python3-minimal); }

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "setup: everything is installed"
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "setup: run this as root, or install sudo; missing: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "setup: done"

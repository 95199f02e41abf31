#!/usr/bin/env bash
# Runs the contract and e2e suites against the local cloud with each of its switches in each other position:
# tests/switches. About an hour; `hack/switches.sh --only 'ce_*' --jobs 2` runs a part of it.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/setup.sh --switches >/dev/null

export CCACHE_BASEDIR=$PWD CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
cmake --preset dev >/dev/null
built=$(cmake --build --preset dev -j"$(nproc)" --target localcloud contract_tests e2e_tests) ||
  { printf '%s\n' "$built" | tail -n 40; exit 1; }
exec nice python3 tests/switches/run.py --build build/dev --logs build/switches "$@"

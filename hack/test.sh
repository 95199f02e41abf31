#!/usr/bin/env bash
# Builds everything and runs every test: what CI runs. Arguments go to ctest (`hack/test.sh -R unit`).
set -euo pipefail
cd "$(dirname "$0")/.."
hack/setup.sh

export CCACHE_BASEDIR=$PWD CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
preset=${CERTLOOP_PRESET:-dev}
started=$SECONDS
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -j"$(nproc)"
built=$SECONDS
ctest --preset "$preset" "$@"
echo "test: built in $((built - started)) s, tested in $((SECONDS - built)) s"

#!/usr/bin/env bash
# Runs the controller's loop on virtual time (tests/simulation/README.md), optimised, on all cores.
# `hack/simulate.sh --seeds 10000 --days 30`; a seed that fails is printed as a command that shows it.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/setup.sh >/dev/null

export CCACHE_BASEDIR=$PWD CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
cmake --preset dev >/dev/null
cmake --build --preset dev --target simulate -j"$(nproc)" >/dev/null
exec build/dev/simulate --jobs "$(nproc)" "$@"

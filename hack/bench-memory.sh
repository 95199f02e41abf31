#!/usr/bin/env bash
# How much memory a controller takes for 1, 1,000 and 10,000 mappings in sync. Takes some minutes;
# fails when 10,000 take more than 32 MiB beyond one.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/setup.sh

export CCACHE_BASEDIR=$PWD CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
cmake --preset dev >/dev/null
cmake --build --preset dev --target memory_bench -j"$(nproc)" >/dev/null
build/dev/memory_bench 1000 10000

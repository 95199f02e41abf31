#!/usr/bin/env bash
# Fuzzes the parsers (tests/fuzz) with libFuzzer under address and undefined-behaviour sanitizers:
#   hack/fuzz.sh [--seconds N | --runs N] [target...]
# 60 seconds each unless told, as many side by side as there are cores. What was learnt stays in
# build/fuzz/corpus; an input that breaks a law goes to build/fuzz/found, and is tried again by
# `build/fuzz/fuzz_replay TARGET FILE`.
set -euo pipefail
cd "$(dirname "$0")/.."

bound=-max_total_time=60
targets=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --runs) bound=-runs=${2:?--runs needs a number}; shift 2 ;;
    --seconds) bound=-max_total_time=${2:?--seconds needs a number}; shift 2 ;;
    -*) echo "fuzz: unknown option $1" >&2; exit 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
hack/setup.sh --all >/dev/null

export CCACHE_BASEDIR=$PWD CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzz fuzz_replay -j"$(nproc)"
build/fuzz/fuzz_replay --seeds build/fuzz/seeds
[[ ${#targets[@]} -gt 0 ]] || mapfile -t targets < <(ls build/fuzz/seeds)

run() {
  local target=$1 corpus=build/fuzz/corpus/$1
  mkdir -p "$corpus" build/fuzz/found
  if CERTLOOP_FUZZ_TARGET=$target build/fuzz/fuzz "$bound" -max_len=8192 -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/found/$target-" \
    "$corpus" "build/fuzz/seeds/$target" &>"build/fuzz/$target.log"; then
    echo "$target: $(awk '/^Done/ {print $2 " runs in " $5 " s"}' "build/fuzz/$target.log"), nothing found"
  else
    echo "$target: FOUND SOMETHING, see build/fuzz/$target.log" >&2
    grep -E '^(fuzz:|SUMMARY|ERROR|==.*ERROR)|Test unit written' "build/fuzz/$target.log" >&2 || true
    return 1
  fi
}
export -f run
export bound
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'run "$@"' _ {}

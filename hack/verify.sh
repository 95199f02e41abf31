#!/usr/bin/env bash
# Every check there is: format, layers and tests, IBM's SDKs, clang-tidy, sanitizers. What a change must pass.
set -euo pipefail
cd "$(dirname "$0")/.."
hack/setup.sh --all

step() { printf '\n== %s\n' "$*"; }

step format
git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror

step tests
hack/test.sh

step conformance
hack/conformance.sh

step clang-tidy
cmake --preset tidy >/dev/null
cmake --build --preset tidy -j"$(nproc)"

for sanitizer in asan-ubsan tsan; do
  step "$sanitizer"
  CERTLOOP_PRESET=$sanitizer hack/test.sh
done
printf '\nverify: all checks passed\n'

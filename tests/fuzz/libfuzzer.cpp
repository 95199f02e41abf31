// The target that CERTLOOP_FUZZ_TARGET names, for libFuzzer, which brings main.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz.h"

namespace {

const certloop::fuzz::Target& chosen() {
  static const auto* const target = [] {
    const char* name = std::getenv("CERTLOOP_FUZZ_TARGET");
    const auto* found = certloop::fuzz::find_target(name == nullptr ? "" : name);
    if (found == nullptr) {
      std::fputs("fuzz: CERTLOOP_FUZZ_TARGET names no target\n", stderr);
      std::exit(2);
    }
    return found;
  }();
  return *target;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    chosen().run({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception& broken) {
    std::fprintf(stderr, "fuzz: %s: %s\n", chosen().name.c_str(), broken.what());
    std::abort();
  }
  return 0;
}

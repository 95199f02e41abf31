#pragma once
#include "tests/fuzz/fuzz.h"

// One for each file beside this.
namespace certloop::fuzz {

Target answers();
Target certificates();
Target filter();
Target gzip();
Target heads();
Target mapping();
Target notification();

}  // namespace certloop::fuzz

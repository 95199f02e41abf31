#pragma once
#include <string>
#include <string_view>

#include "api/v1/time_text.h"

namespace certloop {

// What other people's text may look like in our messages: printable ASCII, at most `max`
// characters, everything else becomes '?'; a cut text ends in "...". Keeps log lines whole and
// terminals safe.
std::string printable(std::string_view text, std::size_t max);

// "2026-08-01T00:00:00Z"
using v1::rfc3339;

}  // namespace certloop

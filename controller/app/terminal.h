#pragma once
#include <unistd.h>

#include <cstdlib>

namespace certloop::app {

// Colour on a terminal, unless NO_COLOR says otherwise (no-color.org).
inline bool colour_on_stdout() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace certloop::app

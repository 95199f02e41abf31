#include "controller/app/paint.h"

namespace certloop::app {

std::string painted(Tone tone, const std::string& text, bool colour) {
  if (!colour || tone == Tone::plain) return text;
  const char* code = "";
  switch (tone) {
    case Tone::good:
      code = "\x1b[32m";
      break;
    case Tone::change:
      code = "\x1b[36m";
      break;
    case Tone::warn:
      code = "\x1b[33m";
      break;
    case Tone::bad:
      code = "\x1b[31m";
      break;
    case Tone::dim:
      code = "\x1b[2m";
      break;
    case Tone::plain:
      break;
  }
  return code + text + "\x1b[0m";
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace certloop::app

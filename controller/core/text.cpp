#include "controller/core/text.h"

namespace certloop {

std::string printable(std::string_view text, std::size_t max) {
  constexpr std::string_view kCut = "...";
  std::string safe(text.substr(0, max));
  for (char& c : safe) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  if (text.size() > max && max > kCut.size()) safe.replace(max - kCut.size(), kCut.size(), kCut);
  return safe;
}

}  // namespace certloop

#include "controller/core/text.h"

#include <cstdio>

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

std::string rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

}  // namespace certloop

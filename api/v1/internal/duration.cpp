#include <algorithm>
#include <cstdint>

#include "api/v1/internal/values.h"
#include "api/v1/internal/wording.h"

namespace certloop::v1::internal {
namespace {

constexpr std::chrono::seconds kMinResync{30};
constexpr std::int64_t kSecondsOfADay = 24 * 60 * 60;
constexpr std::int64_t kMaxSeconds = 36'500 * kSecondsOfADay;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

tl::unexpected<Wrong> wrong_duration(const std::string& text) {
  const bool bare =
      !text.empty() && text.size() <= 9 && std::all_of(text.begin(), text.end(), is_digit);
  return wrong("must be a duration, not " + quoted(text),
               bare ? "with its unit: '" + text + "s'"
                    : "whole numbers with d, h, m or s, largest first: '10m', '7d', '1h30m'");
}

}  // namespace

Checked<std::chrono::seconds> check_duration(const std::string& text) {
  static constexpr std::string_view kUnits = "dhms";
  static constexpr std::int64_t kSeconds[] = {kSecondsOfADay, 3600, 60, 1};
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  for (std::size_t i = 0; i < text.size() || i == 0;) {
    std::int64_t number = 0;
    const std::size_t begin = i;
    for (; i < text.size() && is_digit(text[i]) && number <= kMaxSeconds; ++i) {
      number = number * 10 + (text[i] - '0');
    }
    if (number > kMaxSeconds) return wrong("must be at most 36500d, not " + quoted(text));
    const std::size_t unit = i < text.size() ? kUnits.find(text[i], next_unit) : std::string::npos;
    if (i == begin || unit == std::string::npos) return wrong_duration(text);
    total += number * kSeconds[unit];
    if (total > kMaxSeconds) return wrong("must be at most 36500d, not " + quoted(text));
    next_unit = unit + 1;
    ++i;
  }
  return std::chrono::seconds(total);
}

Checked<std::chrono::seconds> check_resync(const std::string& text) {
  auto duration = check_duration(text);
  if (duration && *duration < kMinResync) {
    return wrong("must be at least 30s, not " + quoted(text),
                 "changes arrive by notification; this is the safety net");
  }
  return duration;
}

}  // namespace certloop::v1::internal

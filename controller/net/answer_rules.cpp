#include "controller/net/answer_rules.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace certloop::net {
namespace {

constexpr Duration kLongestWait = std::chrono::hours(1);

// All of `text` as a decimal number without sign.
template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c - '\0'; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<WallTime> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" ||
      text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const auto day = to_number<unsigned>(text.substr(5, 2));
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto year = to_number<int>(text.substr(12, 4));
  const auto hour = to_number<int>(text.substr(17, 2));
  const auto minute = to_number<int>(text.substr(20, 2));
  const auto second = to_number<int>(text.substr(23, 2));
  if (!day || month == kMonths.end() || !year || !hour || !minute || !second) return std::nullopt;
  const auto month_number = static_cast<unsigned>(month - kMonths.begin()) + 1;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(month_number),
                                         std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace

Framing framing_of(int status, const HeaderLookup& header) {
  if (status < 200 || status > 599) return {};
  const auto encoding = header("Transfer-Encoding");
  const auto length = header("Content-Length");
  if (encoding) {
    const bool chunked = equals_ignoring_case(*encoding, "chunked");
    return {.well_formed = chunked && !length && status != 204 && status != 304,
            .length = std::nullopt,
            .self_delimited = true};
  }
  const bool bodyless = status == 204 || status == 304;
  if (!length) {
    if (bodyless) return {.well_formed = true, .length = 0, .self_delimited = true};
    return {.well_formed = true, .length = std::nullopt, .self_delimited = false};
  }
  const auto size = to_number<std::size_t>(*length);
  if (!size || (bodyless && *size != 0)) return {};
  return {.well_formed = true, .length = size, .self_delimited = true};
}

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
  const bool digits =
      !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    // A number too long to hold is a long wait, not no wait.
    const auto seconds = to_number<std::uint32_t>(value);
    if (!seconds) return kLongestWait;
    return std::min<Duration>(std::chrono::seconds(*seconds), kLongestWait);
  }
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::clamp<Duration>(*date - now, Duration::zero(), kLongestWait);
}

std::string trace_of(const HeaderLookup& header) {
  for (const char* name :
       {"X-Correlation-Id", "X-Request-Id", "Transaction-Id", "X-Global-Transaction-Id"}) {
    if (const auto value = header(name); value && !value->empty()) return printable(*value, 64);
  }
  return {};
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string kept;
  for (const char c : text) {
    if (kept.size() == limit) break;
    if (c >= ' ' && c <= '~') kept.push_back(c);
  }
  return kept;
}

}  // namespace certloop::net

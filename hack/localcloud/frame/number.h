#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace localcloud {

// All of the text as a decimal number, with a minus if the type has negative ones; else nothing.
template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace localcloud

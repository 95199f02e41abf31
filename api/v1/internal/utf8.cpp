#include "api/v1/internal/utf8.h"

#include <algorithm>

namespace certloop::v1::internal {
namespace {

struct Lead {
  std::size_t length = 0;  // 0: no character begins so
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xbf;
};

// Table 3-7 of the Unicode Standard.
Lead lead(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte >= 0xc2 && byte <= 0xdf) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte >= 0xf1 && byte <= 0xf3) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

bool is_continuation(unsigned char byte) {
  return (byte & 0xc0) == 0x80;
}

}  // namespace

std::size_t find_malformed(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const Lead first = lead(byte(i));
    if (first.length == 0 || first.length > text.size() - i) return i;
    if (first.length > 1 && (byte(i + 1) < first.second_min || byte(i + 1) > first.second_max)) {
      return i;
    }
    for (std::size_t k = 2; k < first.length; ++k) {
      if (!is_continuation(byte(i + k))) return i;
    }
    i += first.length;
  }
  return std::string_view::npos;
}

TextIndex::TextIndex(std::string_view text) : size_(text.size()) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_begins_.push_back(static_cast<std::uint32_t>(i + 1));
    if (is_continuation(static_cast<unsigned char>(text[i]))) {
      continuations_.push_back(static_cast<std::uint32_t>(i));
    }
  }
}

Position TextIndex::at_offset(std::size_t offset) const {
  const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
  const auto line = static_cast<std::size_t>(next - line_begins_.begin()) - 1;
  return at(line, offset - line_begins_[line]);
}

Position TextIndex::at(std::size_t line, std::size_t byte_column) const {
  line = std::min(line, line_begins_.size() - 1);
  const std::size_t begin = line_begins_[line];
  const std::size_t end = line + 1 < line_begins_.size() ? line_begins_[line + 1] - 1 : size_;
  byte_column = std::min(byte_column, end - begin);
  const auto first = std::lower_bound(continuations_.begin(), continuations_.end(), begin);
  const auto last = std::lower_bound(first, continuations_.end(), begin + byte_column);
  const std::size_t column = byte_column - static_cast<std::size_t>(last - first);
  return {static_cast<int>(line + 1), static_cast<int>(column + 1)};
}

std::size_t TextIndex::offset(std::size_t line, std::size_t byte_column) const {
  line = std::min(line, line_begins_.size() - 1);
  return std::min(size_, line_begins_[line] + byte_column);
}

}  // namespace certloop::v1::internal

#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace certloop::v1::internal {

// The offset of the first byte that is not part of well-formed UTF-8 (no overlong forms, no
// surrogates, nothing above U+10FFFF), or npos.
std::size_t find_malformed(std::string_view text);

// Line and column as editors count them: from 1, a character is a column however many bytes it has.
struct Position {
  int line = 1;
  int column = 1;
};

// Turns byte positions of one text into editors' positions, in logarithmic time each.
class TextIndex {
 public:
  explicit TextIndex(std::string_view text);

  // Of a byte offset into the text; one past the end is allowed.
  Position at_offset(std::size_t offset) const;
  // Of a line and a byte column, both from 0. Lines past the end count as the last one,
  // columns past a line's end as its end: a reader that misses something may have looked beyond.
  Position at(std::size_t line, std::size_t byte_column) const;
  // The text's offset of that place, at most its size.
  std::size_t offset(std::size_t line, std::size_t byte_column) const;

 private:
  std::size_t size_;
  std::vector<std::uint32_t> line_begins_{0};
  std::vector<std::uint32_t> continuations_{};  // offsets of the bytes that begin no character
};

}  // namespace certloop::v1::internal

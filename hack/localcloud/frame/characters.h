#pragma once
#include <algorithm>
#include <string>

namespace localcloud {

// How many characters a UTF-8 text has: the services count these, not bytes.
inline std::size_t characters(const std::string& utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not inside of a character
  }));
}

}  // namespace localcloud

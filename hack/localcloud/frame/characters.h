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

// Of ASCII letters only, as names in HTTP are compared.
inline std::string lowercase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace localcloud

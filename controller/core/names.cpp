#include "controller/core/names.h"

#include <algorithm>
#include <string_view>

namespace certloop {
namespace {

bool same_letter(char left, char right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return lower(left) == lower(right);
}

bool equal_names(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), same_letter);
}

bool matches(std::string_view pattern, std::string_view wanted) {
  if (equal_names(pattern, wanted)) return true;
  if (pattern.substr(0, 2) != "*." || wanted.substr(0, 2) == "*.") return false;
  // "*.com" would speak for every customer of a registry; no browser takes it.
  const std::size_t inner_dot = pattern.find('.', 2);
  if (inner_dot == std::string_view::npos || inner_dot + 1 == pattern.size()) return false;
  const std::size_t dot = wanted.find('.');
  return dot != std::string_view::npos && dot > 0 &&
         equal_names(pattern.substr(1), wanted.substr(dot));
}

}  // namespace

bool covers(const std::vector<std::string>& certificate_names, const std::string& wanted) {
  return std::any_of(certificate_names.begin(), certificate_names.end(),
                     [&](const std::string& name) { return matches(name, wanted); });
}

}  // namespace certloop

#include "hack/localcloud/ce/image_reference.h"

#include <algorithm>
#include <string_view>

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestReference = 256;
constexpr std::size_t kLongestTag = 128;
constexpr std::size_t kDigestDigits = 64;

bool lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool word(char c) {
  return lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

bool valid_digest(std::string_view text) {
  constexpr std::string_view kKind = "sha256:";
  if (text.substr(0, kKind.size()) != kKind) return false;
  text.remove_prefix(kKind.size());
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool valid_tag(std::string_view text) {
  return !text.empty() && text.size() <= kLongestTag && word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return word(c) || c == '.' || c == '-'; });
}

bool valid_segment(std::string_view text) {
  return !text.empty() && lower_or_digit(text.front()) && lower_or_digit(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return lower_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

bool valid_image_reference(const std::string& text) {
  if (text.size() > kLongestReference) return false;
  std::string_view path = text;
  if (const auto at = path.find('@'); at != std::string_view::npos) {
    if (!valid_digest(path.substr(at + 1))) return false;
    path = path.substr(0, at);
  }
  if (const auto colon = path.rfind(':'); colon != std::string_view::npos) {
    if (!valid_tag(path.substr(colon + 1))) return false;
    path = path.substr(0, colon);
  }
  while (true) {
    const auto slash = path.find('/');
    if (!valid_segment(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path = path.substr(slash + 1);
  }
}

}  // namespace localcloud::ce

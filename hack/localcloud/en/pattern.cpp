#include "hack/localcloud/en/pattern.h"

#include <stdexcept>
#include <string_view>

namespace localcloud::en {
namespace {

// Where a character class that opens at `at` ends.
std::size_t end_of_class(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != ']'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at;
}

// std::regex knows more than Go does; what Go lacks must fail here as it would there.
void refuse_what_go_lacks(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (text[at] == '\\') {
      if (next >= '1' && next <= '9') throw std::invalid_argument("back references are unknown");
      ++at;
    } else if (text[at] == '[') {
      at = end_of_class(text, at);
    } else if (text[at] == '(' && next == '?' && text.substr(at + 2, 1) != ":") {
      throw std::invalid_argument("look-around and groups with flags are unknown");
    }
  }
}

std::regex compile(std::string text) {
  if (text.size() > Pattern::kLongestPattern) {
    throw std::invalid_argument("regular expression too long");
  }
  auto flags = std::regex::ECMAScript;
#ifdef __GLIBCXX__
  flags |= std::regex_constants::__polynomial;
#endif
  if (text.rfind("(?i)", 0) == 0) {
    flags |= std::regex::icase;
    text.erase(0, 4);
  }
  refuse_what_go_lacks(text);
  try {
    return std::regex(text, flags);
  } catch (const std::regex_error&) {
    throw std::invalid_argument("not a regular expression");
  }
}

}  // namespace

Pattern::Pattern(const std::string& text) : compiled_(compile(text)) {}

bool Pattern::found_in(const std::string& subject) const {
  return subject.size() <= kLongestSubject && std::regex_search(subject, compiled_);
}

}  // namespace localcloud::en

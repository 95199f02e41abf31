#include <algorithm>
#include <string>

#include "tests/fuzz/fuzz.h"

namespace certloop::fuzz {
namespace {

constexpr std::size_t kLongestMessage = 400;
constexpr std::size_t kLongestRun = 43;

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '=' || c == '-' || c == '_';
}

}  // namespace

void law(bool holds, const char* sentence) {
  if (!holds) throw BrokenLaw(sentence);
}

unsigned Input::byte() {
  if (rest_.empty()) return 0;
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

std::string_view Input::until(char end) {
  const auto at = rest_.find(end);
  const auto found = rest_.substr(0, at);
  rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + 1);
  return found;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::size_t longest_base64(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = is_base64(c) ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

void check_message(std::string_view message) {
  law(!message.empty(), "a message says something");
  law(is_printable(message), "a message is one line of printable ASCII");
  law(message.size() <= kLongestMessage, "a message is short");
  law(longest_base64(message) <= kLongestRun, "a message holds nothing as long as a key");
}

}  // namespace certloop::fuzz

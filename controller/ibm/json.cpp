#include "controller/ibm/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace certloop::ibm {

std::optional<nlohmann::json> parse_object(std::string_view text) {
  auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object()) return {};
  return parsed;
}

std::string text_member(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return {};
  return member->get<std::string>();
}

std::string word_member(const nlohmann::json& object, const char* name) {
  constexpr std::size_t kLongestWord = 40;
  std::string text = text_member(object, name);
  const bool is_word =
      text.size() <= kLongestWord && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
      });
  return is_word ? text : std::string();
}

SecretBytes take_secret(nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return {};
  return SecretBytes(std::move(member->get_ref<std::string&>()));
}

std::string encode_segment(std::string_view segment) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace certloop::ibm

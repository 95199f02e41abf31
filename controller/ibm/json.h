#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/secret_bytes.h"

// Reading other people's JSON without surprises: nothing throws, wrong types read as absent.
namespace certloop::ibm {

// An object, or empty for anything else. Numbers, depth and size are bounded by the body cap.
std::optional<nlohmann::json> parse_object(std::string_view text);

// Member `name` if it is a string, else "".
std::string text_member(const nlohmann::json& object, const char* name);

// Member `name` if it is a word as the services make them (error codes, types, states, formats:
// letters, digits and underscores, at most 40), else "". Only such a member may be quoted in a
// message: an API key has 44 characters, tokens and key material more and others.
std::string word_member(const nlohmann::json& object, const char* name);

// Takes the string out of `name` as secret bytes, leaving an empty one behind.
SecretBytes take_secret(nlohmann::json& object, const char* name);

// One path segment, percent-encoded (all but letters, digits and -._~).
std::string encode_segment(std::string_view segment);

}  // namespace certloop::ibm

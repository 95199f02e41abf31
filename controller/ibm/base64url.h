#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace certloop::ibm {

// Base64url as JSON Web Tokens and Keys use it (RFC 7515, 2): without padding, and in the one
// canonical form, so that no two texts decode to the same bytes. Empty for anything else. Pure.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace certloop::ibm

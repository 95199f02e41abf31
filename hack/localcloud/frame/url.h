#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// URL text to values. Everything answers empty on broken escapes and on %00.
namespace localcloud {

std::optional<std::string> percent_decode(std::string_view text);

// "/a%2Fb/c" -> {"a/b", "c"}: split first, decode each segment after. One trailing slash is
// ignored, other empty segments stay.
std::optional<std::vector<std::string>> split_path(std::string_view raw_path);

// "a=1&b=x+y" -> decoded pairs; a key without "=" has an empty value. Also reads form bodies.
std::optional<std::multimap<std::string, std::string>> parse_form(std::string_view text);

// For query values and path segments: everything but RFC 3986's unreserved characters is escaped.
std::string percent_encode(std::string_view text);

}  // namespace localcloud

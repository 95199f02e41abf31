#pragma once
#include <string>
#include <vector>

namespace certloop {

// Do a certificate's DNS names cover `wanted`? By RFC 6125: letter case does not matter; "*" stands
// for exactly one whole label and only as the first one; a wanted wildcard ("*.example.com") is
// covered by the same wildcard only.
bool covers(const std::vector<std::string>& certificate_names, const std::string& wanted);

}  // namespace certloop

#pragma once
#include <string>
#include <vector>

namespace certloop {

// Do a certificate's DNS names cover `wanted`? By RFC 6125: letter case does not matter; "*" stands
// for exactly one whole label, only as the first one and only before two labels or more ("*.com"
// covers no host); a wanted wildcard ("*.example.com") is covered by the same wildcard only. Names
// beyond ASCII are compared as A-labels ("xn--…"), literally: nothing is translated.
bool covers(const std::vector<std::string>& certificate_names, const std::string& wanted);

}  // namespace certloop

#include <algorithm>

#include "api/v1/internal/values.h"

namespace certloop::v1::internal {
namespace {

constexpr std::size_t kMaxCertificatesText = 65'000;
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kSpace) - first + 1);
}

bool is_base64(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
  });
}

// At least one block, whole, not empty; between blocks whatever is no marker.
bool holds_certificates(std::string_view text) {
  bool any = false;
  bool inside = false;
  bool filled = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line == kBegin && !inside) {
      inside = true;
      filled = false;
    } else if (line == kEnd && inside && filled) {
      inside = false;
      any = true;
    } else if (inside ? !is_base64(line) : line.find("-----") != std::string_view::npos) {
      return false;
    } else if (inside && !line.empty()) {
      filled = true;
    }
  }
  return any && !inside;
}

}  // namespace

Checked<std::string> check_certificates_text(const std::string& text) {
  if (text.size() > kMaxCertificatesText) {
    return wrong("must be at most 65000 characters long", "it names a few CAs, not all there are");
  }
  if (text.find("PRIVATE KEY") != std::string::npos) {
    return wrong("must not hold a private key",
                 "take it out and replace it: whoever reads this file has it");
  }
  if (holds_certificates(text)) return text;
  return wrong("must be certificates in PEM form",
               "write 'issuedBy: |' and below it, indented, all lines of the CA's certificate");
}

}  // namespace certloop::v1::internal

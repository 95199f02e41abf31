#include "hack/localcloud/sm/certificate_metadata.h"

#include <algorithm>
#include <cctype>

#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {

Content certificate_content(const CertificateFacts& facts, Json payload) {
  Content content;
  content.payload = std::move(payload);
  content.expires = facts.not_after;
  content.about_version = {
      {"serial_number", facts.serial_number},
      {"validity",
       {{"not_before", rfc3339(facts.not_before)}, {"not_after", rfc3339(facts.not_after)}}}};
  content.about_secret = content.about_version;
  content.about_secret["issuer"] = facts.issuer;
  content.about_secret["key_algorithm"] = facts.key_algorithm;
  content.about_secret["signing_algorithm"] = facts.signing_algorithm;
  if (!facts.common_name.empty()) content.about_secret["common_name"] = facts.common_name;
  if (!facts.alt_names.empty()) content.about_secret["alt_names"] = facts.alt_names;
  return content;
}

std::string pem_text(const Fields& body, const std::string& member) {
  std::string text = body.text(member, {50, 100'000});
  const auto first = text.find_first_not_of(" \t\r\n");
  const auto last = text.find_last_not_of(" \t\r\n");
  const bool framed = first != std::string::npos && text.compare(first, 11, "-----BEGIN ") == 0 &&
                      text.compare(last - 4, 5, "-----") == 0 &&
                      text.find("-----END ") != std::string::npos;
  if (!framed) refuse(400, "'" + member + "' must be PEM, from BEGIN to END.");
  return text;
}

void require_dns_name(const std::string& member, const std::string& name) {
  const bool fits = !name.empty() && name.size() <= 253 &&
                    std::all_of(name.begin(), name.end(), [](unsigned char c) {
                      return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '*';
                    });
  if (!fits) refuse(400, "'" + member + "' must hold DNS names.");
}

}  // namespace localcloud::sm

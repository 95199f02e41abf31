#include "hack/localcloud/sm/certificate_fields.h"

#include <algorithm>
#include <cctype>

#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Go's name, lowercase -> OpenSSL's.
const Pairs& known_key_usages() {
  static const auto* const all = new Pairs{{"digitalsignature", "digitalSignature"},
                                           {"contentcommitment", "nonRepudiation"},
                                           {"keyencipherment", "keyEncipherment"},
                                           {"dataencipherment", "dataEncipherment"},
                                           {"keyagreement", "keyAgreement"},
                                           {"certsign", "keyCertSign"},
                                           {"crlsign", "cRLSign"},
                                           {"encipheronly", "encipherOnly"},
                                           {"decipheronly", "decipherOnly"}};
  return *all;
}

const Pairs& known_ext_key_usages() {
  static const auto* const all = new Pairs{{"any", "anyExtendedKeyUsage"},
                                           {"serverauth", "serverAuth"},
                                           {"clientauth", "clientAuth"},
                                           {"codesigning", "codeSigning"},
                                           {"emailprotection", "emailProtection"},
                                           {"ipsecendsystem", "ipsecEndSystem"},
                                           {"ipsectunnel", "ipsecTunnel"},
                                           {"ipsecuser", "ipsecUser"},
                                           {"timestamping", "timeStamping"},
                                           {"ocspsigning", "OCSPSigning"},
                                           {"microsoftservergatedcrypto", "msSGC"},
                                           {"netscapeservergatedcrypto", "nsSGC"}};
  return *all;
}

std::vector<std::string> translated(const std::string& member, const std::vector<std::string>& go,
                                    const Pairs& known) {
  std::vector<std::string> found;
  for (std::string name : go) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto at = std::find_if(known.begin(), known.end(),
                                 [&](const auto& one) { return one.first == name; });
    if (at == known.end()) refuse(400, "'" + member + "' has an unknown value.");
    found.push_back(at->second);
  }
  return found;
}

// "1.2.3.4;UTF8:text"; this API's documents put a colon after the OID.
std::string other_name(std::string text) {
  const auto end = text.find_first_not_of("0123456789.");
  if (end == std::string::npos || end == 0 || (text[end] != ';' && text[end] != ':') ||
      (text.compare(end + 1, 5, "UTF8:") != 0 && text.compare(end + 1, 5, "utf8:") != 0)) {
    refuse(400, "'other_sans' must hold an OID, UTF8 and a value.");
  }
  return text.substr(0, end) + ";UTF8:" + text.substr(end + 6);
}

}  // namespace

const Pairs& subject_members() {
  static const auto* const all = new Pairs{{"country", "C"},
                                           {"province", "ST"},
                                           {"locality", "L"},
                                           {"street_address", "street"},
                                           {"postal_code", "postalCode"},
                                           {"organization", "O"},
                                           {"ou", "OU"}};
  return *all;
}

void read_subject(const Fields& body, const std::string& common_name, CertificateWish& wish) {
  for (const auto& [member, short_name] : subject_members()) {
    for (const auto& value : body.texts(member, 10, {1, 128})) {
      wish.subject.emplace_back(short_name, value);
    }
  }
  if (!common_name.empty()) wish.subject.emplace_back("CN", common_name);
  if (const auto serial = body.maybe_text("serial_number", {1, 64})) {
    wish.subject.emplace_back("serialNumber", *serial);
  }
}

void read_alt_names(const Fields& body, const std::string& common_name, CertificateWish& wish) {
  if (!common_name.empty() && !body.flag("exclude_cn_from_sans", false)) {
    require_dns_name("common_name", common_name);
    wish.dns_names.push_back(common_name);
  }
  for (const auto& name : body.texts("alt_names", 100, {1, 253})) {
    require_dns_name("alt_names", name);
    if (name != common_name) wish.dns_names.push_back(name);
  }
  wish.addresses = body.comma_texts("ip_sans");
  wish.uris = body.comma_texts("uri_sans");
  for (const auto& name : body.texts("other_sans", 100, {1, 2048})) {
    wish.other_names.push_back(other_name(name));
  }
}

std::vector<std::string> key_usages(const std::string& member, const std::vector<std::string>& go) {
  return translated(member, go, known_key_usages());
}

std::vector<std::string> ext_key_usages(const std::string& member,
                                        const std::vector<std::string>& go) {
  return translated(member, go, known_ext_key_usages());
}

std::vector<std::string> oids(const std::string& member, const std::vector<std::string>& given) {
  for (const auto& oid : given) {
    if (oid.empty() || oid.find_first_not_of("0123456789.") != std::string::npos) {
      refuse(400, "'" + member + "' must hold object identifiers.");
    }
  }
  return given;
}

KeyWish read_key_wish(const Fields& body, const std::vector<std::string>& types) {
  KeyWish wish{.type = body.one_of("key_type", types, "rsa")};
  const int usual = wish.type == "rsa" ? 2048 : 256;
  wish.bits = static_cast<int>(body.integer("key_bits", 224, 8192, usual));
  if (!is_known(wish)) refuse(400, "'key_bits' does not fit to the type of the key.");
  return wish;
}

}  // namespace localcloud::sm

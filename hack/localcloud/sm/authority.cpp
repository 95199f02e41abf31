#include "hack/localcloud/sm/authority.h"

#include <algorithm>
#include <stdexcept>

#include "hack/localcloud/sm/certificate_fields.h"
#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {

CertificateWish read_authority_wish(const Fields& body, const std::string& common_name) {
  CertificateWish wish;
  wish.authority = true;
  wish.path_length = static_cast<int>(body.integer("max_path_length", -1, 100, -1));
  read_subject(body, common_name, wish);
  read_alt_names(body, "", wish);  // a CA's name is seldom a host's
  for (const auto& domain : body.texts("permitted_dns_domains", 100, {1, 253})) {
    require_dns_name("permitted_dns_domains", domain);
    wish.permitted_domains.push_back(domain);
  }
  return wish;
}

std::string sign_under(const Configuration& issuer, Time now, CertificateWish wish,
                       std::chrono::seconds life, const std::string& key_or_csr) {
  if (issuer.authority.certificate.empty() || issuer.revoked || *issuer.expires <= now) {
    refuse(400, "The certificate authority cannot sign.");
  }
  if (life.count() > issuer.details.at("max_ttl_seconds")) {
    refuse(400, "'ttl' is longer than the authority's 'max_ttl'.");
  }
  const int length = issuer.details.value("max_path_length", -1);
  if (length == 0) refuse(400, "The authority may have no authority below it.");
  if (length > 0 && (wish.path_length < 0 || wish.path_length >= length)) {
    wish.path_length = length - 1;
  }
  wish.not_before = now;
  wish.not_after = std::min(now + life, *issuer.expires);
  try {
    return signed_by(issuer.authority, wish, key_or_csr);
  } catch (const std::invalid_argument& wrong) {
    refuse(400, std::string("The request holds ") + wrong.what() + ".");
  }
}

std::vector<std::string> chain_under(const Configuration& issuer) {
  std::vector<std::string> chain{issuer.authority.certificate};
  const auto& above = issuer.authority.above;
  chain.insert(chain.end(), above.begin(), above.end());
  return chain;
}

void install(Configuration& authority, const std::string& certificate,
             std::vector<std::string> above) {
  const CertificateFacts facts = read_certificates(certificate);
  authority.authority.certificate = certificate;
  authority.authority.above = std::move(above);
  authority.expires = facts.not_after;
  authority.revoked.reset();
  authority.details["serial_number"] = facts.serial_number;
  authority.details.erase("revocation_time_seconds");
}

Json signed_data(const std::string& certificate, const std::vector<std::string>& above) {
  return {{"certificate", certificate},
          {"issuing_ca", above.empty() ? certificate : above.front()},
          {"ca_chain", above.empty() ? std::vector<std::string>{certificate} : above},
          {"expiration", unix_seconds(read_certificates(certificate).not_after)}};
}

Json authority_data(const Configuration& authority) {
  if (authority.authority.certificate.empty()) {
    return {{"csr", authority.csr}, {"private_key_type", authority.shown.at("key_type")}};
  }
  return signed_data(authority.authority.certificate, authority.authority.above);
}

std::string authority_status(const Configuration& authority, Time now,
                             const Configurations& configurations) {
  if (authority.revoked) return "revoked";
  if (authority.expires && *authority.expires <= now) return "expired";
  if (authority.type == kRootCa) return "configured";
  if (authority.authority.certificate.empty()) {
    const bool internal = authority.shown.at("signing_method") == "internal";
    return internal ? "signing_required" : "signed_certificate_required";
  }
  const auto& all = configurations.all;
  const bool used = std::any_of(all.begin(), all.end(), [&](const auto& one) {
    return one.second.shown.value("certificate_authority", "") == authority.name;
  });
  return used ? "configured" : "certificate_template_required";
}

}  // namespace localcloud::sm

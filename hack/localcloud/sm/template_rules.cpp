#include "hack/localcloud/sm/template_rules.h"

#include <algorithm>

#include "hack/localcloud/sm/certificate_fields.h"
#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

using Texts = std::vector<std::string>;

bool on(const Json& rules, const char* member) {
  return rules.at(member).get<bool>();
}

bool fits_glob(const std::string& text, const std::string& glob) {
  std::size_t at = 0, star = std::string::npos, resume = 0, i = 0;
  while (i < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < glob.size() && glob[at] == text[i]) {
      ++at;
      ++i;
    } else if (star != std::string::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', at) == std::string::npos;
}

bool domain_allows(const Json& rules, const std::string& domain, const std::string& name) {
  if (on(rules, "allow_bare_domains") && name == domain) return true;
  if (on(rules, "allow_subdomains") && name.ends_with("." + domain)) return true;
  return on(rules, "allow_glob_domains") && domain.find('*') != std::string::npos &&
         fits_glob(name, domain);
}

void require_name(const Json& rules, const std::string& name) {
  const bool wildcard = name.find('*') != std::string::npos;
  if (wildcard && !on(rules, "allow_wildcard_certificates")) {
    refuse(400, "The template allows no wildcard names.");
  }
  if (on(rules, "allow_any_name")) return;
  if (on(rules, "allow_localhost") && (name == "localhost" || name == "localdomain")) return;
  const Texts domains = rules.at("allowed_domains");
  const bool allowed = std::any_of(domains.begin(), domains.end(), [&](const auto& domain) {
    return domain_allows(rules, domain, name);
  });
  if (!allowed) refuse(400, "The template does not allow one of the names.");
}

void require_names(const Json& rules, const CertificateRequest& request) {
  const CertificateWish& wish = request.wish;
  if (on(rules, "require_cn") && request.common_name.empty()) {
    refuse(400, "The template requires a common name.");
  }
  if (!request.common_name.empty()) require_name(rules, request.common_name);
  for (const auto& name : wish.dns_names) require_name(rules, name);
  if (!wish.addresses.empty() && !on(rules, "allow_ip_sans")) {
    refuse(400, "The template allows no IP addresses.");
  }
  const Texts uris = rules.at("allowed_uri_sans");
  const Texts others = rules.at("allowed_other_sans");
  const auto matched = [](const Texts& allowed, const std::string& text) {
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const auto& one) { return fits_glob(text, one); });
  };
  for (const auto& uri : wish.uris) {
    if (!matched(uris, uri)) refuse(400, "The template does not allow one of the URIs.");
  }
  for (const auto& name : wish.other_names) {
    if (!matched(others, name)) refuse(400, "The template does not allow one of the other names.");
  }
}

void require_key(const Json& rules, CertificateRequest& request) {
  const KeyWish wanted{.type = rules.at("key_type"), .bits = rules.at("key_bits")};
  request.key = wanted;
  if (request.csr.empty()) return;
  const KeyWish given = read_csr(request.csr).key;
  if (given.type != wanted.type || given.bits < wanted.bits) {
    refuse(400, "The key of 'csr' is not of the template's kind.");
  }
}

// What the template lets a signing request say for itself.
void prefer_csr(const Json& rules, CertificateRequest& request) {
  if (request.csr.empty()) return;
  const RequestFacts facts = read_csr(request.csr);
  if (on(rules, "use_csr_common_name") && !facts.common_name.empty()) {
    auto& names = request.wish.dns_names;
    std::replace(names.begin(), names.end(), request.common_name, facts.common_name);
    request.common_name = facts.common_name;
  }
  if (on(rules, "use_csr_sans")) {
    request.wish.dns_names = facts.wish.dns_names;
    request.wish.addresses = facts.wish.addresses;
    request.wish.uris = facts.wish.uris;
  }
}

void set_usages(const Json& rules, CertificateWish& wish) {
  wish.key_usage = key_usages("key_usage", rules.at("key_usage").get<Texts>());
  wish.ext_key_usage = ext_key_usages("ext_key_usage", rules.at("ext_key_usage").get<Texts>());
  const auto flagged = [&](const char* flag, const char* usage) {
    const auto& all = wish.ext_key_usage;
    if (on(rules, flag) && std::find(all.begin(), all.end(), usage) == all.end()) {
      wish.ext_key_usage.emplace_back(usage);
    }
  };
  flagged("server_flag", "serverAuth");
  flagged("client_flag", "clientAuth");
  flagged("code_signing_flag", "codeSigning");
  flagged("email_protection_flag", "emailProtection");
  const Texts more = rules.at("ext_key_usage_oids");
  wish.ext_key_usage.insert(wish.ext_key_usage.end(), more.begin(), more.end());
  wish.policies = rules.at("policy_identifiers").get<Texts>();
  wish.basic_constraints = on(rules, "basic_constraints_valid_for_non_ca");
}

}  // namespace

void apply_template(const Configuration& its_template, const Fields& body, Time now,
                    CertificateRequest& request) {
  const Json& rules = its_template.details;
  prefer_csr(rules, request);
  require_names(rules, request);
  require_key(rules, request);
  set_usages(rules, request.wish);
  request.wish.subject.clear();
  read_subject(Fields(rules), request.common_name, request.wish);
  const std::chrono::seconds longest(rules.at("max_ttl_seconds").get<std::int64_t>());
  const std::chrono::seconds usual(rules.at("ttl_seconds").get<std::int64_t>());
  const auto life = read_duration(body, "ttl", {std::chrono::seconds(1), longest},
                                  usual.count() > 0 ? usual : longest);
  request.wish.not_before =
      now - std::chrono::seconds(rules.at("not_before_duration_seconds").get<std::int64_t>());
  request.wish.not_after = now + life;
}

bool allows_group(const Configuration& its_template, const std::string& group) {
  const auto groups = Fields(its_template.details).comma_texts("allowed_secret_groups");
  return groups.empty() || std::find(groups.begin(), groups.end(), group) != groups.end();
}

}  // namespace localcloud::sm

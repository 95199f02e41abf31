#include <stdexcept>

#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/rotation.h"

namespace localcloud::sm {
namespace {

constexpr char kTemplate[] = "local-template";
constexpr char kAuthority[] = "local-intermediate-ca";
constexpr std::chrono::seconds kLongest = std::chrono::hours(24) * 90;  // the template's max_ttl

// "90", "90s", "15m", "12h", "30d"
std::chrono::seconds read_ttl(const Fields& body) {
  const std::string text = body.maybe_text("ttl", {1, 10}).value_or("90d");
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string unit = text.substr(digits);
  if (digits == 0 || digits > 9 || unit.size() > 1 ||
      unit.find_first_not_of("smhd") != std::string::npos) {
    refuse(400, "'ttl' must be digits and s, m, h or d.");
  }
  const std::int64_t seconds = unit == "d" ? 86400 : unit == "h" ? 3600 : unit == "m" ? 60 : 1;
  return std::min(kLongest, std::chrono::seconds(std::stoll(text.substr(0, digits)) * seconds));
}

CertificateOrder read_order(const Fields& body) {
  CertificateOrder order;
  order.common_name = body.text("common_name", {1, 64});
  if (!body.flag("exclude_cn_from_sans", false)) {
    require_dns_name("common_name", order.common_name);
    order.dns_names.push_back(order.common_name);
  }
  for (const auto& name : body.texts("alt_names", 100, {1, 253})) {
    require_dns_name("alt_names", name);
    if (name != order.common_name) order.dns_names.push_back(name);
  }
  order.addresses = body.comma_texts("ip_sans");
  order.uris = body.comma_texts("uri_sans");
  if (!body.texts("other_sans", 100, {1, 2048}).empty()) {
    refuse(400, "'other_sans' is not offered by this cloud.");
  }
  const bool pkcs8 = body.one_of("private_key_format", {"der", "pkcs8"}, "der") == "pkcs8";
  order.form = pkcs8 ? KeyForm::kPkcs8 : KeyForm::kTraditional;
  order.csr_pem = body.maybe_text("csr", {50, 100'000}).value_or("");
  return order;
}

class PrivateCert : public Kind {
 public:
  PrivateCert(World& world, LocalCa& ca) : world_(world), ca_(ca) {}

  Draft create(const Fields& body) override {
    if (body.text("certificate_template", {2, 128}) != kTemplate) {
      refuse(400, std::string("The only certificate template of this cloud is ") + kTemplate + ".");
    }
    Draft draft;
    draft.own = {{"certificate_template", kTemplate},
                 {"certificate_authority", kAuthority},
                 {"rotation", read_interval_rotation(body)}};
    for (const char* member :
         {"common_name", "alt_names", "ip_sans", "uri_sans", "other_sans", "csr", "format",
          "private_key_format", "exclude_cn_from_sans", "ttl"}) {
      if (body.has(member)) draft.request[member] = body.raw(member);
    }
    Content content = issue(Fields(draft.request));
    require_rotation_in_time(draft.own["rotation"], *content.expires);
    draft.content = std::move(content);
    return draft;
  }

  std::variant<Content, Order> rotate(const Secret& secret, const Fields& body) override {
    Json request = secret.request;
    if (body.has("csr")) request["csr"] = body.raw("csr");
    return issue(Fields(request));
  }

  std::vector<std::string> patchable() const override { return {"rotation"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (!patch.mentions("rotation")) return;
    Json rotation = read_interval_rotation(patch);
    const auto& expires = secret.versions.back().content.expires;
    if (expires) require_rotation_in_time(rotation, *expires);
    secret.own["rotation"] = std::move(rotation);
  }

 private:
  void require_rotation_in_time(const Json& rotation, Time expires) const {
    const auto due = next_rotation(rotation, world_.clock.now());
    if (due && *due > expires) {
      refuse(400, "The rotation interval is longer than the certificate's validity.", "Error02009");
    }
  }

  Content issue(const Fields& body) {
    CertificateOrder order = read_order(body);
    order.not_before = world_.clock.now();
    order.not_after = order.not_before + read_ttl(body);
    order.algorithm = world_.switches.value("private_cert_key_algorithm") == "ECDSA256"
                          ? KeyAlgorithm::kEcdsa256
                          : KeyAlgorithm::kRsa2048;
    const bool bundle = body.one_of("format", {"pem", "pem_bundle"}, "pem") == "pem_bundle";
    try {
      return content_of(ca_.issue(order), bundle);
    } catch (const std::invalid_argument& wrong) {
      refuse(400, std::string("The request holds ") + wrong.what() + ".");
    }
  }

  Content content_of(const IssuedCertificate& issued, bool bundle) const {
    // A bundle is the certificate text of the engine beneath: key, leaf and issuer in one.
    Json payload{{"certificate", bundle ? issued.private_key + issued.certificate + issued.issuer
                                        : issued.certificate},
                 {"issuing_ca", issued.issuer},
                 {"ca_chain", chain_of(issued)}};
    if (!issued.private_key.empty()) payload["private_key"] = issued.private_key;
    Content content =
        certificate_content(read_certificates(issued.certificate), std::move(payload));
    content.handed_out = true;
    return content;
  }

  Json chain_of(const IssuedCertificate& issued) const {
    const Json& form = world_.switches.value("private_cert_ca_chain");
    if (form == "root") return Json::array({issued.root});
    if (form == "issuing_ca_and_root") return Json::array({issued.issuer, issued.root});
    if (form == "root_and_issuing_ca") return Json::array({issued.root, issued.issuer});
    return Json::array({issued.issuer});
  }

  World& world_;
  LocalCa& ca_;
};

}  // namespace

std::unique_ptr<Kind> make_private_cert(World& world, LocalCa& ca) {
  return std::make_unique<PrivateCert>(world, ca);
}

}  // namespace localcloud::sm

#include <algorithm>
#include <stdexcept>

#include "hack/localcloud/sm/certificate_fields.h"
#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/revocation_list.h"
#include "hack/localcloud/sm/rotation.h"
#include "hack/localcloud/sm/template_rules.h"

namespace localcloud::sm {
namespace {

// There without being configured, as long as the switch "unknown_configurations_pass" is on.
constexpr char kLocalTemplate[] = "local-template";
constexpr char kLocalAuthority[] = "local-intermediate-ca";
constexpr std::chrono::seconds kLongest = std::chrono::hours(24) * 90;
constexpr std::chrono::seconds kAnyLife = std::chrono::hours(24) * 36'525;

CertificateRequest read_request(const Fields& body) {
  CertificateRequest request;
  request.common_name = body.text("common_name", {1, 64});
  read_alt_names(body, request.common_name, request.wish);
  request.wish.subject = {{"CN", request.common_name}};
  request.csr = body.maybe_text("csr", {50, 100'000}).value_or("");
  return request;
}

struct Issued {
  std::string certificate{};
  std::string private_key{};  // "" when a request was signed
};

class PrivateCert : public Kind {
 public:
  PrivateCert(World& world, LocalCa& ca, Configurations& configurations)
      : world_(world), ca_(ca), configurations_(configurations) {}

  Draft create(const Fields& body) override {
    const std::string name = body.text("certificate_template", {2, 128});
    const Configuration* found = template_of(name);
    const std::string group = body.maybe_text("secret_group_id", {1, 36}).value_or("default");
    if (found != nullptr && !allows_group(*found, group)) {
      refuse(400, "The certificate template is not for this secret group.");
    }
    Draft draft;
    draft.own = {
        {"certificate_template", name},
        {"certificate_authority",
         found == nullptr ? Json(kLocalAuthority) : found->shown.at("certificate_authority")},
        {"rotation", read_interval_rotation(body)}};
    for (const char* member :
         {"common_name", "alt_names", "ip_sans", "uri_sans", "other_sans", "csr", "format",
          "private_key_format", "exclude_cn_from_sans", "ttl"}) {
      if (body.has(member)) draft.request[member] = body.raw(member);
    }
    Content content = issue(name, Fields(draft.request));
    require_rotation_in_time(draft.own["rotation"], *content.expires);
    draft.content = std::move(content);
    return draft;
  }

  Outcome rotate(const Secret& secret, const Fields& body) override {
    Json request = secret.request;
    if (body.has("csr")) request["csr"] = body.raw("csr");
    return issue(secret.own.at("certificate_template"), Fields(request));
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
  // nullptr: the built-in one.
  const Configuration* template_of(const std::string& name) const {
    const Configuration* found = configurations_.find(name, kTemplate);
    const bool passes = world_.switches.on("unknown_configurations_pass");
    if (found == nullptr && (name != kLocalTemplate || !passes)) {
      refuse(400, "There is no certificate template of this name.");
    }
    return found;
  }

  const Configuration& issuer_of(const Configuration& its_template, Time until) const {
    const Configuration* found =
        configurations_.find(its_template.shown.at("certificate_authority"), kIntermediateCa);
    if (found == nullptr || found->authority.certificate.empty() || found->revoked) {
      refuse(400, "The certificate authority of the template cannot sign.");
    }
    if (*found->expires < until) {
      refuse(400, "The certificate would outlive its certificate authority.");
    }
    return *found;
  }

  void require_rotation_in_time(const Json& rotation, Time expires) const {
    const auto due = next_rotation(rotation, world_.clock.now());
    if (due && *due > expires) {
      refuse(400, "The rotation interval is longer than the certificate's validity.", "Error02009");
    }
  }

  Content issue(const std::string& template_name, const Fields& body) {
    try {
      const Configuration* found = template_of(template_name);
      CertificateRequest request = read_request(body);
      if (found == nullptr) {
        apply_local_template(body, request);
        return sign(body, request, ca_.authority(world_.clock.now()));
      }
      apply_template(*found, body, world_.clock.now(), request);
      const Configuration& issuer = issuer_of(*found, request.wish.not_after);
      request.wish.crl_url = crl_url(configurations_.instance_url, issuer);
      return sign(body, request, issuer.authority);
    } catch (const std::invalid_argument& wrong) {
      refuse(400, std::string("The request holds ") + wrong.what() + ".");
    }
  }

  void apply_local_template(const Fields& body, CertificateRequest& request) const {
    request.wish.not_before = world_.clock.now();
    request.wish.not_after =
        request.wish.not_before +
        std::min(kLongest,
                 read_duration(body, "ttl", {std::chrono::seconds(0), kAnyLife}, kLongest));
    if (world_.switches.value("private_cert_key_algorithm") == "ECDSA256") {
      request.key = {.type = "ec", .bits = 256};
    }
  }

  Content sign(const Fields& body, const CertificateRequest& request, const Authority& authority) {
    const bool bundle = body.one_of("format", {"pem", "pem_bundle"}, "pem") == "pem_bundle";
    const bool pkcs8 = body.one_of("private_key_format", {"der", "pkcs8"}, "der") == "pkcs8";
    Issued issued;
    if (request.csr.empty()) {
      issued.private_key =
          in_form(make_key(request.key), pkcs8 ? KeyForm::kPkcs8 : KeyForm::kTraditional);
    }
    issued.certificate =
        signed_by(authority, request.wish, request.csr.empty() ? issued.private_key : request.csr);
    return content_of(issued, authority, bundle);
  }

  Content content_of(const Issued& issued, const Authority& authority, bool bundle) const {
    // A bundle is the certificate text of the engine beneath: key, leaf and issuer in one.
    Json payload{
        {"certificate", bundle ? issued.private_key + issued.certificate + authority.certificate
                               : issued.certificate},
        {"issuing_ca", authority.certificate},
        {"ca_chain", chain_of(authority)}};
    if (!issued.private_key.empty()) payload["private_key"] = issued.private_key;
    Content content =
        certificate_content(read_certificates(issued.certificate), std::move(payload));
    content.handed_out = true;
    return content;
  }

  Json chain_of(const Authority& authority) const {
    const Json& form = world_.switches.value("private_cert_ca_chain");
    const std::vector<std::string>& above = authority.above;
    if (form == "root") return Json::array({above.empty() ? authority.certificate : above.back()});
    Json chain = Json::array({authority.certificate});
    if (form == "issuing_ca") return chain;
    for (const auto& certificate : above) chain.push_back(certificate);
    if (form == "root_and_issuing_ca") std::reverse(chain.begin(), chain.end());
    return chain;
  }

  World& world_;
  LocalCa& ca_;
  Configurations& configurations_;
};

}  // namespace

std::unique_ptr<Kind> make_private_cert(World& world, LocalCa& ca, Configurations& configurations) {
  return std::make_unique<PrivateCert>(world, ca, configurations);
}

}  // namespace localcloud::sm

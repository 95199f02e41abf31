#include <algorithm>

#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kLongestCommonName = 64;
constexpr auto kLifetime = std::chrono::hours(24) * 90;

const std::map<std::string, KeyAlgorithm>& algorithms() {
  static const auto* const all = new std::map<std::string, KeyAlgorithm>{
      {"RSA2048", KeyAlgorithm::kRsa2048},   {"RSA4096", KeyAlgorithm::kRsa4096},
      {"ECDSA256", KeyAlgorithm::kEcdsa256}, {"ECDSA384", KeyAlgorithm::kEcdsa384},
      {"EC256", KeyAlgorithm::kEcdsa256},    {"EC384", KeyAlgorithm::kEcdsa384}};
  return *all;
}

Json read_rotation(const Fields& body) {
  const Json given = body.object("rotation", 1024);
  const Fields rotation(given);
  return {{"auto_rotate", rotation.flag("auto_rotate", false)},
          {"rotate_keys", rotation.flag("rotate_keys", false)}};
}

// An order is fulfilled by the local CA; ca and dns are names of configurations which this cloud
// does not keep, so every name is good.
class PublicCert : public Kind {
 public:
  PublicCert(World& world, LocalCa& ca) : world_(world), ca_(ca) {}

  Draft create(const Fields& body) override {
    Draft draft;
    draft.own = {{"ca", body.text("ca", {2, 128})},
                 {"dns", body.text("dns", {2, 128})},
                 {"bundle_certs", body.flag("bundle_certs", true)},
                 {"rotation", read_rotation(body)},
                 {"key_algorithm", body.maybe_text("key_algorithm", {1, 16}).value_or("RSA2048")}};
    if (!algorithms().contains(draft.own["key_algorithm"])) {
      refuse(400, "'key_algorithm' is not one of its known values.");
    }
    read_names(body, draft.own);
    draft.content = order(draft.own, "");
    return draft;
  }

  std::variant<Content, Order> rotate(const Secret& secret, const Fields& body) override {
    if (!body.has("rotation")) refuse(400, "'rotation' is required.");
    const Json given = body.object("rotation", 1024);
    const bool new_key = Fields(given).flag("rotate_keys", false);
    const Json& payload = secret.versions.back().content.payload;
    return order(secret.own, new_key ? "" : payload.value("private_key", ""));
  }

  std::vector<std::string> patchable() const override { return {"rotation"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (patch.mentions("rotation")) secret.own["rotation"] = read_rotation(patch);
  }

 private:
  // X.520 ends a common name at 64 characters: an order of longer names alone goes without one.
  static std::string fitting_name(const std::vector<std::string>& names) {
    const auto fits = [](const std::string& name) { return name.size() <= kLongestCommonName; };
    const auto found = std::find_if(names.begin(), names.end(), fits);
    return found == names.end() ? "" : *found;
  }

  static void read_names(const Fields& body, Json& own) {
    const auto others = body.texts("alt_names", 99, {1, 253});
    const auto given = body.maybe_text("common_name", {1, kLongestCommonName});
    if (!given && others.empty()) refuse(400, "'common_name' is required.");
    if (given) require_dns_name("common_name", *given);
    for (const auto& name : others) require_dns_name("alt_names", name);
    const std::string common = given ? *given : fitting_name(others);
    if (!common.empty()) own["common_name"] = common;
    if (!others.empty()) own["alt_names"] = others;
  }

  Order order(const Json& own, const std::string& old_key) {
    return {.fulfil = [this, own, old_key] { return fulfil(own, old_key); }};
  }

  Content fulfil(const Json& own, const std::string& old_key) {
    CertificateOrder wanted;
    wanted.common_name = own.value("common_name", "");
    if (!wanted.common_name.empty()) wanted.dns_names.push_back(wanted.common_name);
    for (const std::string name : own.value("alt_names", Json::array())) {
      if (name != wanted.common_name) wanted.dns_names.push_back(name);
    }
    wanted.not_before = world_.clock.now();
    wanted.not_after = wanted.not_before + kLifetime;
    wanted.algorithm = algorithms().at(own.at("key_algorithm"));
    wanted.key_pem = old_key;
    const IssuedCertificate issued = ca_.issue(wanted);
    const bool bundled = own.at("bundle_certs");
    Content content = certificate_content(
        read_certificates(issued.certificate),
        {{"certificate", bundled ? issued.certificate + issued.issuer : issued.certificate},
         {"intermediate", issued.issuer},
         {"private_key", issued.private_key}});
    content.about_secret["key_algorithm"] = own.at("key_algorithm");  // as it was ordered
    return content;
  }

  World& world_;
  LocalCa& ca_;
};

}  // namespace

std::unique_ptr<Kind> make_public_cert(World& world, LocalCa& ca) {
  return std::make_unique<PublicCert>(world, ca);
}

}  // namespace localcloud::sm

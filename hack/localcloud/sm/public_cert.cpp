#include <algorithm>

#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kLongestCommonName = 64;
constexpr auto kLifetime = std::chrono::hours(24) * 90;
constexpr auto kRenewalLead = std::chrono::hours(24) * 31;
constexpr char kManualDns[] = "manual";

const std::map<std::string, KeyWish>& algorithms() {
  static const auto* const all = new std::map<std::string, KeyWish>{
      {"RSA2048", {"rsa", 2048}}, {"RSA4096", {"rsa", 4096}}, {"ECDSA256", {"ec", 256}},
      {"ECDSA384", {"ec", 384}},  {"EC256", {"ec", 256}},     {"EC384", {"ec", 384}}};
  return *all;
}

Json read_rotation(const Fields& body) {
  const Json given = body.object("rotation", 1024);
  const Fields rotation(given);
  return {{"auto_rotate", rotation.flag("auto_rotate", false)},
          {"rotate_keys", rotation.flag("rotate_keys", false)}};
}

// An order is fulfilled by the local CA, whatever authority it names.
class PublicCert : public Kind {
 public:
  PublicCert(World& world, LocalCa& ca, Configurations& configurations)
      : world_(world), ca_(ca), configurations_(configurations) {}

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
    require_engines(draft.own);
    read_names(body, draft.own);
    draft.content = order(draft.own, "");
    return draft;
  }

  Outcome rotate(const Secret& secret, const Fields& body) override {
    if (!body.has("rotation")) refuse(400, "'rotation' is required.");
    const Json given = body.object("rotation", 1024);
    const bool new_key = Fields(given).flag("rotate_keys", false);
    const Json& payload = secret.versions.back().content.payload;
    return order(secret.own, new_key ? "" : payload.value("private_key", ""));
  }

  // Orders begin about a month before the end, so that there is time to try again every day.
  std::optional<Time> rotation_due(const Secret& secret) const override {
    const bool automatic = secret.own.at("rotation").at("auto_rotate");
    if (!automatic || secret.versions.empty()) return std::nullopt;
    return *secret.versions.back().content.expires - kRenewalLead;
  }
  Json rotation_body(const Secret& secret) const override {
    return {{"rotation", {{"rotate_keys", secret.own.at("rotation").at("rotate_keys")}}}};
  }

  std::vector<std::string> patchable() const override { return {"rotation"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (patch.mentions("rotation")) secret.own["rotation"] = read_rotation(patch);
  }

 private:
  void require_engines(const Json& own) const {
    if (world_.switches.on("unknown_configurations_pass")) return;
    if (configurations_.find(own.at("ca"), kLetsEncrypt) == nullptr) {
      refuse(400, "There is no certificate authority of this name.");
    }
    const std::string dns = own.at("dns");
    if (dns != kManualDns && configurations_.find(dns, kInternetServices) == nullptr &&
        configurations_.find(dns, kClassic) == nullptr) {
      refuse(400, "There is no DNS provider of this name.");
    }
  }

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
    Order order{.fulfil = [this, own, old_key] { return fulfil(own, old_key); }};
    if (own.at("dns") == kManualDns) order.challenges = names_of(own);
    return order;
  }

  // The common name first, each name once.
  static std::vector<std::string> names_of(const Json& own) {
    std::vector<std::string> names;
    if (own.contains("common_name")) names.push_back(own.value("common_name", ""));
    for (const std::string name : own.value("alt_names", Json::array())) {
      if (names.empty() || name != names.front()) names.push_back(name);
    }
    return names;
  }

  Content fulfil(const Json& own, const std::string& old_key) {
    CertificateWish wish;
    if (own.contains("common_name")) wish.subject.emplace_back("CN", own.value("common_name", ""));
    wish.dns_names = names_of(own);
    wish.not_before = world_.clock.now();
    wish.not_after = wish.not_before + kLifetime;
    const Authority& authority = ca_.authority(world_.clock.now());
    const std::string key =
        old_key.empty() ? make_key(algorithms().at(own.at("key_algorithm"))) : old_key;
    const std::string leaf = signed_by(authority, wish, key);
    const bool bundled = own.at("bundle_certs");
    Content content = certificate_content(
        read_certificates(leaf), {{"certificate", bundled ? leaf + authority.certificate : leaf},
                                  {"intermediate", authority.certificate},
                                  {"private_key", key}});
    content.about_secret["key_algorithm"] = own.at("key_algorithm");  // as it was ordered
    return content;
  }

  World& world_;
  LocalCa& ca_;
  Configurations& configurations_;
};

}  // namespace

std::unique_ptr<Kind> make_public_cert(World& world, LocalCa& ca, Configurations& configurations) {
  return std::make_unique<PublicCert>(world, ca, configurations);
}

}  // namespace localcloud::sm

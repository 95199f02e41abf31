#include <algorithm>
#include <stdexcept>

#include "hack/localcloud/sm/authority.h"
#include "hack/localcloud/sm/certificate_fields.h"
#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/engine.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/revocation_list.h"

namespace localcloud::sm {
namespace {

constexpr DurationRange kLife{std::chrono::hours(1), std::chrono::hours(876'000)};
constexpr std::chrono::seconds kUsualCrlLife = std::chrono::hours(72);

class AuthorityEngine : public Engine {
 public:
  AuthorityEngine(World& world, Configurations& configurations)
      : world_(world), configurations_(configurations) {}

  std::vector<std::string> patchable() const override {
    return {"max_ttl", "crl_expiry", "crl_disable", "crl_distribution_points_encoded",
            "issuing_certificates_urls_encoded"};
  }
  void patch(Configuration& it, const Fields& patch) override { read_rules(it, patch); }

  void complete(const Configuration& it, Json& view, bool alone) const override {
    view["status"] = authority_status(it, world_.clock.now(), configurations_);
    if (it.expires) view["expiration_date"] = rfc3339(*it.expires);
    if (alone) view["data"] = authority_data(it);
  }

  Json act(Configuration& it, const std::string& action, const Fields& body) override {
    if (action == "private_cert_configuration_action_rotate_crl") {
      return {{"action_type", action}, {"success", true}};
    }
    if (action == "private_cert_configuration_action_sign_csr") return sign_csr(it, body);
    if (action == "private_cert_configuration_action_sign_intermediate") {
      return sign_intermediate(it, body);
    }
    return Engine::act(it, action, body);
  }

 protected:
  Time now() const { return world_.clock.now(); }

  // What can change later; what the body does not name stays as it is.
  static void read_rules(Configuration& it, const Fields& body) {
    Json& rules = it.details;
    const auto seconds = [&](const std::string& member, std::chrono::seconds usual) {
      const std::chrono::seconds before(rules.value(member + "_seconds", usual.count()));
      rules[member + "_seconds"] = read_duration(body, member, kLife, before).count();
    };
    seconds("max_ttl", kLife.most);
    seconds("crl_expiry", kUsualCrlLife);
    for (const char* flag : {"crl_disable", "issuing_certificates_urls_encoded"}) {
      rules[flag] = body.flag(flag, rules.value(flag, false));
    }
    Json& encoded = it.shown["crl_distribution_points_encoded"];
    encoded = body.flag("crl_distribution_points_encoded", encoded == true);
  }

  // Name, key and everything that is only told back.
  void begin(Configuration& it, const Fields& body) const {
    if (!body.has("max_ttl")) refuse(400, "'max_ttl' is required.");
    const KeyWish key = read_key_wish(body, {"rsa", "ec"});
    it.shown = {{"common_name", body.text("common_name", {1, 64})},
                {"key_type", key.type},
                {"key_bits", key.bits}};
    if (body.has("crypto_key")) it.shown["crypto_key"] = body.object("crypto_key", 4096);
    it.details = {
        {"format", body.one_of("format", {"pem", "pem_bundle"}, "pem")},
        {"private_key_format", body.one_of("private_key_format", {"der", "pkcs8"}, "der")},
        {"exclude_cn_from_sans", body.flag("exclude_cn_from_sans", false)}};
    for (const char* list : {"alt_names", "other_sans"}) {
      it.details[list] = body.texts(list, 100, {1, 2048});
    }
    for (const char* text : {"ip_sans", "uri_sans"}) {
      if (const auto given = body.maybe_text(text, {1, 2048})) it.details[text] = *given;
    }
    for (const auto& [member, short_name] : subject_members()) {
      it.details[member] = body.texts(member, 10, {1, 128});
    }
    read_rules(it, body);
    it.authority.key = make_key(key);
  }

  // The wish that an authority was configured with.
  static CertificateWish wish_of(const Configuration& it) {
    Json body = it.details;
    body.erase("serial_number");  // there it is the certificate's, not the subject's
    return read_authority_wish(Fields(body), it.shown.at("common_name"));
  }

  std::string signed_under(const Configuration& issuer, CertificateWish wish,
                           std::chrono::seconds life, const std::string& key_or_csr) const {
    wish.crl_url = crl_url(configurations_.instance_url, issuer);
    return sign_under(issuer, now(), std::move(wish), life, key_or_csr);
  }

  void sign(const Configuration& issuer, Configuration& intermediate, const CertificateWish& wish,
            std::chrono::seconds life) const {
    install(intermediate, signed_under(issuer, wish, life, intermediate.authority.key),
            chain_under(issuer));
    intermediate.shown["issuer"] = issuer.name;
    intermediate.updated_at = now();
  }

  static std::chrono::seconds max_life(const Configuration& it) {
    return std::chrono::seconds(it.details.at("max_ttl_seconds").get<std::int64_t>());
  }

  World& world_;
  Configurations& configurations_;

 private:
  static Json echo(const Fields& body) { return body.body(); }

  Json sign_csr(const Configuration& it, const Fields& body) const {
    const std::string csr = body.text("csr", {50, 100'000});
    CertificateWish wish;
    try {
      const RequestFacts facts = read_csr(csr);
      const std::string common =
          body.maybe_text("common_name", {1, 64}).value_or(facts.common_name);
      wish = read_authority_wish(body, common);
      if (body.flag("use_csr_values", false)) {
        wish.subject = facts.wish.subject;
        wish.dns_names = facts.wish.dns_names;
        wish.addresses = facts.wish.addresses;
        wish.uris = facts.wish.uris;
      }
    } catch (const std::invalid_argument& wrong) {
      refuse(400, std::string("'csr' is ") + wrong.what() + ".");
    }
    const auto life = read_duration(body, "ttl", kLife, max_life(it));
    Json answer = echo(body);
    answer["data"] = signed_data(signed_under(it, wish, life, csr), chain_under(it));
    return answer;
  }

  Json sign_intermediate(const Configuration& it, const Fields& body) const {
    const std::string name = body.text("intermediate_certificate_authority", {2, 128});
    Configuration* intermediate = configurations_.find(name, kIntermediateCa);
    if (intermediate == nullptr || intermediate == &it) {
      refuse(400, "There is no such intermediate certificate authority.");
    }
    if (intermediate->shown.at("signing_method") != "internal") {
      refuse(400, "The intermediate certificate authority is signed externally.");
    }
    CertificateWish wish = wish_of(*intermediate);
    if (body.has("common_name")) {
      wish = read_authority_wish(body, body.text("common_name", {1, 64}));
    }
    const auto usual = std::min(max_life(it), max_life(*intermediate));
    sign(it, *intermediate, wish, read_duration(body, "ttl", kLife, usual));
    return echo(body);
  }
};

class RootCa : public AuthorityEngine {
 public:
  using AuthorityEngine::AuthorityEngine;

  void create(Configuration& it, const Fields& body) override {
    begin(it, body);
    const auto life = read_duration(body, "ttl", kLife, max_life(it));
    if (life > max_life(it)) refuse(400, "'ttl' cannot be longer than 'max_ttl'.");
    it.details["ttl_seconds"] = life.count();
    it.details["max_path_length"] = body.integer("max_path_length", -1, 100, -1);
    it.details["permitted_dns_domains"] = body.texts("permitted_dns_domains", 100, {1, 253});
    CertificateWish wish = read_authority_wish(body, it.shown.at("common_name"));
    wish.not_before = now();
    wish.not_after = now() + life;
    try {
      install(it, self_signed(wish, it.authority.key), {});
    } catch (const std::invalid_argument& wrong) {
      refuse(400, std::string("The request holds ") + wrong.what() + ".");
    }
  }
};

class IntermediateCa : public AuthorityEngine {
 public:
  using AuthorityEngine::AuthorityEngine;

  // With an issuer it is signed at once; else it waits for an action.
  void create(Configuration& it, const Fields& body) override {
    const std::string method = body.one_of("signing_method", {"internal", "external"}, "");
    begin(it, body);
    it.shown["signing_method"] = method;
    try {
      it.csr = make_csr(wish_of(it), it.authority.key);
    } catch (const std::invalid_argument& wrong) {
      refuse(400, std::string("The request holds ") + wrong.what() + ".");
    }
    const auto issuer_name = body.maybe_text("issuer", {2, 128});
    if (!issuer_name) return;
    if (method == "external") refuse(400, "An external signer is no 'issuer'.");
    const Configuration& issuer = issuer_of(*issuer_name);
    sign(issuer, it, wish_of(it), std::min(max_life(issuer), max_life(it)));
  }

  Json act(Configuration& it, const std::string& action, const Fields& body) override {
    if (action == "private_cert_configuration_action_set_signed") return set_signed(it, body);
    if (action == "private_cert_configuration_action_revoke_ca_certificate") return revoke(it);
    if (action == "private_cert_configuration_action_rotate_intermediate") return rotate(it);
    return AuthorityEngine::act(it, action, body);
  }

 private:
  Configuration& issuer_of(const std::string& name) const {
    for (const char* type : {kRootCa, kIntermediateCa}) {
      if (Configuration* found = configurations_.find(name, type)) return *found;
    }
    refuse(400, "There is no issuing certificate authority of this name.");
  }

  Json set_signed(Configuration& it, const Fields& body) const {
    if (it.shown.at("signing_method") != "external") {
      refuse(400, "The certificate authority is signed internally.");
    }
    const std::string pem = pem_text(body, "certificate");
    try {
      if (!key_fits(pem, it.authority.key)) {
        refuse(400, "'certificate' does not belong to the authority's request.");
      }
      auto blocks = pem_blocks(pem);
      const std::string own = blocks.front();
      blocks.erase(blocks.begin());
      install(it, own, std::move(blocks));
      it.shown["issuer"] = read_certificates(own).issuer;
    } catch (const std::invalid_argument& wrong) {
      refuse(400, std::string("'certificate' is ") + wrong.what() + ".");
    }
    it.updated_at = now();
    return body.body();
  }

  void require_internal(const Configuration& it) const {
    if (it.shown.at("signing_method") != "internal" || it.authority.certificate.empty()) {
      refuse(400, "The certificate authority is not signed internally.");
    }
  }

  Json revoke(Configuration& it) const {
    require_internal(it);
    if (!it.revoked) {
      it.revoked = it.updated_at = now();
      issuer_of(it.shown.at("issuer"))
          .revocations.push_back({it.details.at("serial_number"), now()});
    }
    return {{"action_type", "private_cert_configuration_action_revoke_ca_certificate"},
            {"revocation_time_seconds", unix_seconds(*it.revoked)}};
  }

  // A new key and a new certificate of the same issuer.
  Json rotate(Configuration& it) const {
    require_internal(it);
    const Configuration& issuer = issuer_of(it.shown.at("issuer"));
    it.revocations.clear();
    it.authority.key = make_key({.type = it.shown.at("key_type"), .bits = it.shown.at("key_bits")});
    it.csr = make_csr(wish_of(it), it.authority.key);
    sign(issuer, it, wish_of(it), std::min(max_life(issuer), max_life(it)));
    Json config = it.details;
    config["common_name"] = it.shown.at("common_name");
    config["csr"] = it.csr;
    config["data"] = authority_data(it);
    return {{"action_type", "private_cert_configuration_action_rotate_intermediate"},
            {"name", it.name},
            {"config", std::move(config)}};
  }
};

}  // namespace

std::unique_ptr<Engine> make_root_ca(World& world, Configurations& configurations) {
  return std::make_unique<RootCa>(world, configurations);
}
std::unique_ptr<Engine> make_intermediate_ca(World& world, Configurations& configurations) {
  return std::make_unique<IntermediateCa>(world, configurations);
}

}  // namespace localcloud::sm

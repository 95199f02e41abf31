#include "hack/localcloud/sm/certificate_fields.h"
#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/engine.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

constexpr DurationRange kLife{std::chrono::hours(1), std::chrono::hours(876'000)};
constexpr DurationRange kAnyLife{std::chrono::seconds(0), std::chrono::hours(876'000)};
constexpr std::chrono::seconds kUsualLife = std::chrono::hours(24 * 365);

// Every member with its standard; the standard's kind is the member's.
const Json& standards() {
  static const auto* const all =
      new Json{{"allowed_secret_groups", ""},
               {"allow_localhost", true},
               {"allowed_domains", Json::array()},
               {"allowed_domains_template", false},
               {"allow_bare_domains", false},
               {"allow_subdomains", false},
               {"allow_glob_domains", false},
               {"allow_wildcard_certificates", true},
               {"allow_any_name", false},
               {"enforce_hostnames", true},
               {"allow_ip_sans", true},
               {"allowed_uri_sans", Json::array()},
               {"allowed_other_sans", Json::array()},
               {"server_flag", true},
               {"client_flag", true},
               {"code_signing_flag", false},
               {"email_protection_flag", false},
               {"key_usage", {"DigitalSignature", "KeyAgreement", "KeyEncipherment"}},
               {"ext_key_usage", Json::array()},
               {"ext_key_usage_oids", Json::array()},
               {"use_csr_common_name", true},
               {"use_csr_sans", true},
               {"ou", Json::array()},
               {"organization", Json::array()},
               {"country", Json::array()},
               {"locality", Json::array()},
               {"province", Json::array()},
               {"street_address", Json::array()},
               {"postal_code", Json::array()},
               {"require_cn", true},
               {"policy_identifiers", Json::array()},
               {"basic_constraints_valid_for_non_ca", false}};
  return *all;
}

Json read_like(const Fields& body, const std::string& member, const Json& standard) {
  if (!body.has(member)) return standard;
  if (standard.is_boolean()) return body.flag(member, false);
  if (standard.is_array()) return body.texts(member, 100, {1, 512});
  return body.text(member, {0, 8192});
}

class Template : public Engine {
 public:
  explicit Template(Configurations& configurations) : configurations_(configurations) {}

  void create(Configuration& it, const Fields& body) override {
    const std::string authority = body.text("certificate_authority", {2, 128});
    if (configurations_.find(authority, kIntermediateCa) == nullptr) {
      refuse(400, "There is no intermediate certificate authority of this name.");
    }
    it.shown["certificate_authority"] = authority;
    it.details = standards();
    it.details["max_ttl_seconds"] = kUsualLife.count();
    it.details["ttl_seconds"] = 0;
    it.details["not_before_duration_seconds"] = 30;
    read(it, body);
  }

  std::vector<std::string> patchable() const override {
    std::vector<std::string> members{"max_ttl",  "ttl",      "not_before_duration",
                                     "key_type", "key_bits", "serial_number"};
    for (const auto& [member, standard] : standards().items()) members.push_back(member);
    return members;
  }
  void patch(Configuration& it, const Fields& patch) override { read(it, patch); }

 private:
  // What the body does not name stays as it is.
  static void read(Configuration& it, const Fields& body) {
    Json& rules = it.details;
    for (const auto& [member, standard] : standards().items()) {
      rules[member] = read_like(body, member, body.mentions(member) ? standard : rules[member]);
    }
    if (const auto serial = body.maybe_text("serial_number", {1, 64})) {
      rules["serial_number"] = *serial;
    }
    key_usages("key_usage", rules["key_usage"].get<std::vector<std::string>>());
    ext_key_usages("ext_key_usage", rules["ext_key_usage"].get<std::vector<std::string>>());
    for (const char* member : {"ext_key_usage_oids", "policy_identifiers"}) {
      oids(member, rules[member].get<std::vector<std::string>>());
    }
    read_key(rules, body);
    read_times(rules, body);
  }

  static void read_key(Json& rules, const Fields& body) {
    Json asked = body.body();
    if (!body.has("key_type") && rules.contains("key_type")) asked["key_type"] = rules["key_type"];
    if (!body.has("key_bits") && !body.has("key_type") && rules.contains("key_bits")) {
      asked["key_bits"] = rules["key_bits"];
    }
    const KeyWish key = read_key_wish(Fields(asked), {"rsa", "ec"});
    rules["key_type"] = key.type;
    rules["key_bits"] = key.bits;
  }

  static void read_times(Json& rules, const Fields& body) {
    const auto read = [&](const std::string& member, const DurationRange& range) {
      Json& kept = rules[member + "_seconds"];
      const std::chrono::seconds before(kept.get<std::int64_t>());
      kept = read_duration(body, member, range, before).count();
    };
    read("max_ttl", kLife);
    read("ttl", kAnyLife);
    read("not_before_duration", kAnyLife);
    if (rules["ttl_seconds"] > rules["max_ttl_seconds"]) {
      refuse(400, "'ttl' cannot be longer than 'max_ttl'.");
    }
  }

  Configurations& configurations_;
};

}  // namespace

std::unique_ptr<Engine> make_template(Configurations& configurations) {
  return std::make_unique<Template>(configurations);
}

}  // namespace localcloud::sm

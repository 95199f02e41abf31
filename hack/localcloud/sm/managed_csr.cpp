#include "hack/localcloud/sm/managed_csr.h"

#include <stdexcept>

#include "hack/localcloud/sm/certificate_fields.h"
#include "hack/localcloud/sm/certificate_metadata.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

struct Flag {
  const char* name = nullptr;
  bool standard = false;
};
constexpr Flag kFlags[] = {{"require_cn", true},         {"exclude_cn_from_sans", false},
                           {"server_flag", true},        {"client_flag", true},
                           {"code_signing_flag", false}, {"email_protection_flag", false},
                           {"rotate_keys", false}};
constexpr const char* kLists[] = {
    "alt_names", "ip_sans",       "uri_sans",           "other_sans",        "user_ids",
    "key_usage", "ext_key_usage", "policy_identifiers", "ext_key_usage_oids"};

// The members as they are shown: with their standards, absent texts left out.
Json normalised(const Fields& body) {
  Json shown = Json::object();
  for (const auto& [member, short_name] : subject_members()) {
    shown[member] = body.texts(member, 10, {1, 128});
  }
  for (const auto& flag : kFlags) shown[flag.name] = body.flag(flag.name, flag.standard);
  const auto common = body.maybe_text("common_name", {1, 64});
  if (common) shown["common_name"] = *common;
  if (!common && shown["require_cn"] == true) refuse(400, "'common_name' is required.");
  for (const char* list : kLists) {
    if (const auto text = body.maybe_text(list, {0, 2048})) shown[list] = *text;
  }
  key_usages("key_usage", body.comma_texts("key_usage"));
  ext_key_usages("ext_key_usage", body.comma_texts("ext_key_usage"));
  oids("ext_key_usage_oids", body.comma_texts("ext_key_usage_oids"));
  oids("policy_identifiers", body.comma_texts("policy_identifiers"));
  const KeyWish key = read_key_wish(body, {"rsa", "ec", "ed25519"});
  shown["key_type"] = key.type;
  shown["key_bits"] = key.bits;
  return shown;
}

CertificateWish wish_of(const Fields& shown) {
  Json names = shown.body();
  for (const char* list : {"alt_names", "other_sans"}) names[list] = shown.comma_texts(list);
  CertificateWish wish;
  const std::string common = names.value("common_name", "");
  read_subject(Fields(names), common, wish);
  for (const auto& user : shown.comma_texts("user_ids")) wish.subject.emplace_back("UID", user);
  read_alt_names(Fields(names), common, wish);
  return wish;
}

// With the key, if there is one, and the request made of it.
Json with_request(Json shown, const std::string& key) {
  try {
    const KeyWish wish{.type = shown.at("key_type"), .bits = shown.at("key_bits")};
    const std::string used = key.empty() ? make_key(wish) : key;
    shown["csr"] = make_csr(wish_of(Fields(shown)), used);
    shown["private_key"] = used;
  } catch (const std::invalid_argument& wrong) {
    refuse(400, std::string("'managed_csr' holds ") + wrong.what() + ".");
  }
  return shown;
}

}  // namespace

Json make_managed_csr(const Json& wish) {
  return with_request(normalised(Fields(wish)), "");
}

Json patch_managed_csr(const Json& managed, const Json& patch) {
  Json merged = managed;
  merged.merge_patch(patch);
  Json shown = normalised(Fields(merged));
  const bool same_kind = shown["key_type"] == managed["key_type"] &&
                         shown["key_bits"] == managed["key_bits"] && shown["rotate_keys"] == false;
  return with_request(std::move(shown), same_kind ? managed.value("private_key", "") : "");
}

}  // namespace localcloud::sm

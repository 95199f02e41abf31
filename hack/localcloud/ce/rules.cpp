#include "hack/localcloud/ce/rules.h"

#include <algorithm>

#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/frame/characters.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestKey = 253;
constexpr std::size_t kLongestValue = 1'048'576;
constexpr std::size_t kLargestDocument = 1U << 20;

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

bool valid_key(const std::string& key) {
  return !key.empty() && key.size() <= kLongestKey &&
         std::all_of(key.begin(), key.end(),
                     [](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

constexpr SecretFormat kFormats[] = {
    {.name = "tls", .resource_type = "secret_tls_v2", .required = {"tls_cert", "tls_key"}},
    {.name = "generic", .resource_type = "secret_generic_v2", .free_keys = true},
    {.name = "ssh_auth",
     .resource_type = "secret_auth_ssh_v2",
     .required = {"ssh_key"},
     .optional = "known_hosts"},
    {.name = "basic_auth",
     .resource_type = "secret_basic_auth_v2",
     .required = {"username", "password"}},
    {.name = "hmac_auth",
     .resource_type = "secret_hmac_auth_v2",
     .required = {"access_key_id", "secret_access_key"}},
    {.name = "registry",
     .resource_type = "secret_registry_v2",
     .required = {"username", "password", "server"},
     .optional = "email"},
    {.name = "service_access",
     .resource_type = "secret_service_access_v2",
     .free_keys = true,
     .made_by_service = true},
    {.name = "service_operator",
     .resource_type = "secret_operator_v2",
     .free_keys = true,
     .made_by_service = true},
    {.name = "other", .resource_type = "secret_other_v2", .free_keys = true, .writable = false},
};

}  // namespace

void check_data(const Json& data) {
  if (!data.is_object()) throw invalid("data is a map of strings.");
  std::size_t total = 0;
  for (const auto& [key, value] : data.items()) {
    if (!valid_key(key)) {
      throw invalid("A key of data has 1 to 253 characters out of A-Z, a-z, 0-9, '-', '_', '.'.");
    }
    if (!value.is_string()) throw invalid("The value of the key " + key + " is not a string.");
    const auto& text = value.get_ref<const std::string&>();
    if (characters(text) > kLongestValue) {
      throw invalid("The value of the key " + key + " is longer than 1048576 characters.");
    }
    total += key.size() + text.size();
  }
  if (total > kLargestDocument) throw invalid("The data is larger than 1 MiB.");
}

const SecretFormat& secret_format(const std::string& name) {
  for (const SecretFormat& format : kFormats) {
    if (format.name == name) return format;
  }
  throw invalid("There is no secret format of this name.");
}

void check_keys(const SecretFormat& format, const Json& data, bool extra_keys_allowed) {
  if (format.free_keys) return;
  const std::string what = "A secret of format " + std::string(format.name);
  for (const std::string_view key : format.required) {
    if (!key.empty() && !data.contains(std::string(key))) {
      throw invalid(what + " needs the key " + std::string(key) + ".");
    }
  }
  if (extra_keys_allowed) return;
  for (const auto& [key, value] : data.items()) {
    const bool known = key == format.optional ||
                       std::count(format.required.begin(), format.required.end(), key) > 0;
    if (!known) throw invalid(what + " has no key " + key + ".");
  }
}

const Json* member(const Json& body, const std::string& name) {
  const auto found = body.find(name);
  return found == body.end() || found->is_null() ? nullptr : &*found;
}

std::string required_string(const Json& body, const std::string& name) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_string()) {
    throw invalid("The member " + name + " is missing or not a string.");
  }
  return found->get<std::string>();
}

}  // namespace localcloud::ce

#pragma once
#include <array>
#include <string>
#include <string_view>

#include "hack/localcloud/frame/http.h"

// What Code Engine asks of the contents of secrets and config maps (facts: constraints of the
// Terraform provider and the SDKs).
namespace localcloud::ce {

// A map of strings: keys of 1 to 253 characters [A-Za-z0-9-_.], values of at most 1,048,576
// characters, 1 MiB in all. Throws Refusal.
void check_data(const Json& data);

struct SecretFormat {
  using Keys = std::array<std::string_view, 3>;  // filled up with ""

  std::string_view name{};
  std::string_view resource_type{};
  Keys required{};
  std::string_view optional{};
  bool free_keys = false;        // any keys, none required
  bool made_by_service = false;  // the service fills the data in
  bool writable = true;
};

// Throws Refusal for anything that is not one of the formats.
const SecretFormat& secret_format(const std::string& name);

// Throws Refusal when a required key is missing, or an unknown one present and not allowed.
void check_keys(const SecretFormat& format, const Json& data, bool extra_keys_allowed);

// Absent and null are the same: nullptr.
const Json* member(const Json& body, const std::string& name);

// Member of a request that is a string, or a Refusal that names it.
std::string required_string(const Json& body, const std::string& name);

}  // namespace localcloud::ce

#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "api/v1/mapping.h"

// The form of single values. Each check gives the value as it is kept, or what is wrong with it.
namespace certloop::v1::internal {

// Continues a sentence that begins with the value's name: "must be …".
struct Wrong {
  std::string message{};
  std::string hint{};
};

template <class T>
using Checked = tl::expected<T, Wrong>;

inline tl::unexpected<Wrong> wrong(std::string message, std::string hint = {}) {
  return tl::make_unexpected(Wrong{std::move(message), std::move(hint)});
}

// A secret's address in a Secrets Manager; `instance` is empty unless a CRN named it.
struct SecretId {
  std::string id{};
  std::string instance{};
};

// 36 characters, lower-case hexadecimal, 8-4-4-4-12. IBM's ids carry no version nibble.
bool is_uuid(std::string_view text);
// Letters and digits joined by dots and hyphens, as a DNS name without its case; 1 to 253 long.
bool is_host_name(std::string_view text);

Checked<std::string> check_uuid(const std::string& text);
Checked<SecretId> check_secret_id(const std::string& text);
// Of documents, mappings, Secrets Managers and projects: 1 to 63 of a-z 0-9 - .
Checked<std::string> check_name(const std::string& text);
Checked<std::string> check_region(const std::string& text);
// Of a secret or a secret group in Secrets Manager.
Checked<std::string> check_source_name(const std::string& text);
Checked<std::string> check_group_name(const std::string& text);
// Of a secret in Code Engine, and of a key in it.
Checked<std::string> check_target_name(const std::string& text);
Checked<std::string> check_data_key(const std::string& text);
// Lower-cased; a leading "*." is allowed.
Checked<std::string> check_dns_name(const std::string& text);
// One line that can be printed, 1 to 1024 bytes. The message never shows it: it may be a secret
// that was put in the wrong place.
Checked<std::string> check_line(const std::string& text);
// Whole numbers with a unit, largest first: "7d", "1h30m". At most 36500d.
Checked<std::chrono::seconds> check_duration(const std::string& text);
Checked<std::chrono::seconds> check_resync(const std::string& text);
Checked<std::string> check_secrets_manager_url(const std::string& text);
Checked<std::string> check_code_engine_url(const std::string& text);
Checked<SecretType> check_type(const std::string& text);
Checked<Format> check_format(const std::string& text);
Checked<Part> check_part(const std::string& text);
Checked<KeyType> check_key_type(const std::string& text);
// 1024 to 16384.
Checked<int> check_rsa_bits(const std::string& text);
Checked<Usage> check_usage(const std::string& text);
// PEM blocks of certificates, with comments around them; at most 65,000 bytes: ten certificates as
// large as RSA of 16,384 bits makes them. What is in the blocks is not looked at.
Checked<std::string> check_certificates_text(const std::string& text);
Checked<OnExisting> check_on_existing(const std::string& text);
Checked<Drift> check_drift(const std::string& text);
Checked<std::string> check_api_version(const std::string& text);
Checked<std::string> check_kind(const std::string& text);

}  // namespace certloop::v1::internal

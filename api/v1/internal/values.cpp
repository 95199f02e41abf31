#include "api/v1/internal/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "api/v1/internal/url.h"
#include "api/v1/internal/wording.h"

namespace certloop::v1::internal {
namespace {

constexpr std::string_view kApiVersion = "certloop.dev/v1";
constexpr std::string_view kKind = "CertificateMapping";

// Known to the services, not yet to this program: named so that nobody looks for a typing error.
constexpr std::string_view kOtherTypes[] = {
    "arbitrary",         "iam_credentials",     "kv",
    "username_password", "service_credentials", "custom_credentials"};
constexpr std::string_view kOtherFormats[] = {"ssh_auth", "basic_auth", "hmac_auth", "registry"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_lower(c) || is_upper(c);
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

template <class Allowed>
bool consists_of(std::string_view text, Allowed allowed) {
  return std::all_of(text.begin(), text.end(), allowed);
}

bool has_length(std::string_view text, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  return pieces;
}

bool is_label(std::string_view label, std::size_t max) {
  return has_length(label, 1, max) && label.front() != '-' && label.back() != '-' &&
         consists_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_dotted(std::string_view text, std::size_t max_label) {
  const auto labels = split(text, '.');
  return has_length(text, 1, 253) && std::all_of(labels.begin(), labels.end(), [&](auto label) {
           return is_label(label, max_label);
         });
}

std::string lower_hint(const std::string& text) {
  return std::any_of(text.begin(), text.end(), is_upper) ? "write it in lower case" : "";
}

// Secrets Manager's rule for names of secrets and groups; they differ in length alone.
Checked<std::string> check_manager_word(const std::string& text, std::size_t max) {
  const auto begins = [](char c) { return is_alphanumeric(c) || c == '_'; };
  const auto inside = [&](char c) { return begins(c) || c == '-' || c == '.'; };
  if (has_length(text, 2, max) && begins(text.front()) && is_alphanumeric(text.back()) &&
      consists_of(text, inside)) {
    return text;
  }
  return wrong("must be 2 to " + std::to_string(max) +
                   " letters, digits, '_', '-' or '.', with a letter or digit at the end, not " +
                   quoted(text),
               "it is the name that Secrets Manager shows");
}

template <class Enum, std::size_t N>
Checked<Enum> check_word(const std::string& text, const std::array<Enum, N>& values,
                         Words not_yet) {
  std::array<std::string_view, N> words{};
  std::transform(values.begin(), values.end(), words.begin(),
                 [](Enum value) { return std::string_view(to_string(value)); });
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) return values[static_cast<std::size_t>(found - words.begin())];
  if (std::find(not_yet.begin(), not_yet.end(), text) != not_yet.end()) {
    return wrong("is " + quoted(text) + ", which is not supported yet",
                 "allowed: " + alternatives(words));
  }
  return wrong("must be " + alternatives(words) + ", not " + quoted(text),
               did_you_mean(text, words));
}

Checked<std::string> check_constant(const std::string& text, std::string_view constant) {
  if (text == constant) return text;
  return wrong("must be " + quoted(constant) + ", not " + quoted(text),
               did_you_mean(text, Words(&constant, 1)));
}

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

bool is_host_name(std::string_view text) {
  return is_dotted(text, 63);
}

Checked<std::string> check_uuid(const std::string& text) {
  if (is_uuid(text)) return text;
  return wrong("must be a UUID, not " + quoted(text),
               is_uuid(lower(text))
                   ? "write it in lower case"
                   : "such as '15314cc3-85b4-4338-903f-c28cdee6d005', lower-case hexadecimal");
}

Checked<SecretId> check_secret_id(const std::string& text) {
  if (is_uuid(text)) return SecretId{text, {}};
  if (text.rfind("crn:", 0) != 0) {
    return wrong("must be a secret's UUID or CRN, not " + quoted(text),
                 is_uuid(lower(text)) ? "write it in lower case"
                                      : "Secrets Manager shows both in the secret's details");
  }
  const auto fields = split(text, ':');
  const bool is_secret = text.size() <= 512 && fields.size() == 10 && fields[1] == "v1" &&
                         fields[4] == "secrets-manager" && fields[8] == "secret" &&
                         is_uuid(fields[7]) && is_uuid(fields[9]);
  if (is_secret) return SecretId{std::string(fields[9]), std::string(fields[7])};
  return wrong("must be the CRN of a secret, not " + quoted(text),
               "crn:v1:bluemix:public:secrets-manager:REGION:a/ACCOUNT:INSTANCE:secret:ID");
}

Checked<std::string> check_name(const std::string& text) {
  const auto edge = [](char c) { return is_digit(c) || is_lower(c); };
  const auto inside = [&](char c) { return edge(c) || c == '-' || c == '.'; };
  if (has_length(text, 1, 63) && edge(text.front()) && edge(text.back()) &&
      consists_of(text, inside)) {
    return text;
  }
  return wrong(
      "must be 1 to 63 of a-z, 0-9, '-' and '.', with a letter or digit at both ends, not " +
          quoted(text),
      lower_hint(text));
}

Checked<std::string> check_region(const std::string& text) {
  const auto allowed = [](char c) { return is_digit(c) || is_lower(c) || c == '-'; };
  if (is_label(text, 63) && consists_of(text, allowed)) return text;
  return wrong("must be the name of a region, not " + quoted(text),
               "such as 'eu-de' or 'us-south'");
}

Checked<std::string> check_source_name(const std::string& text) {
  return check_manager_word(text, 256);
}

Checked<std::string> check_group_name(const std::string& text) {
  return check_manager_word(text, 64);
}

Checked<std::string> check_target_name(const std::string& text) {
  // Unlike in DNS, a part between dots may be longer than 63.
  if (is_dotted(text, 253) && std::none_of(text.begin(), text.end(), is_upper)) return text;
  const bool is_template = text.find("{{") != std::string::npos;
  return wrong(
      "must be 1 to 253 of a-z, 0-9, '-' and '.', with a letter or digit at the ends and "
      "around each dot, not " +
          quoted(text),
      is_template ? "templates are not supported yet" : lower_hint(text));
}

Checked<std::string> check_data_key(const std::string& text) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  };
  if (has_length(text, 1, 253) && consists_of(text, allowed)) return text;
  return wrong("must be 1 to 253 letters, digits, '-', '_' or '.', not " + quoted(text));
}

Checked<std::string> check_dns_name(const std::string& text) {
  const std::string name = lower(text.rfind("*.", 0) == 0 ? text.substr(2) : text);
  const bool is_address = consists_of(name.substr(name.rfind('.') + 1), is_digit);
  if (is_host_name(name) && !is_address) return lower(text);
  const bool ascii = consists_of(text, [](char c) { return (c & 0x80) == 0; });
  return wrong(
      "must be a DNS name, not " + quoted(text),
      ascii ? "such as 'shop.example.com' or '*.example.com'" : "write it in its xn-- form");
}

Checked<std::string> check_line(const std::string& text) {
  const auto printable = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; };
  if (has_length(text, 1, 1024) && consists_of(text, printable)) return text;
  return wrong("must be one line of 1 to 1024 printable characters");
}

Checked<std::string> check_secrets_manager_url(const std::string& text) {
  auto url = check_url(text);
  if (!url) return url;
  for (const std::string_view suffix : {"/api", "/api/v2"}) {
    if (url->size() > suffix.size() && url->compare(url->size() - suffix.size(), suffix.size(),
                                                    suffix.data(), suffix.size()) == 0) {
      return wrong("must be the instance's address without " + quoted(suffix));
    }
  }
  return url;
}

Checked<std::string> check_code_engine_url(const std::string& text) {
  auto url = check_url(text);
  if (!url || (url->size() > 3 && url->compare(url->size() - 3, 3, "/v2") == 0)) return url;
  return wrong("must end with '/v2', the version of the API", "write " + quoted(*url + "/v2"));
}

Checked<SecretType> check_type(const std::string& text) {
  static constexpr std::array kTypes = {SecretType::imported_cert, SecretType::public_cert,
                                        SecretType::private_cert};
  return check_word(text, kTypes, kOtherTypes);
}

Checked<Format> check_format(const std::string& text) {
  static constexpr std::array kFormats = {Format::tls, Format::generic};
  return check_word(text, kFormats, kOtherFormats);
}

Checked<Part> check_part(const std::string& text) {
  static constexpr std::array kParts = {Part::certificate, Part::chain, Part::fullchain,
                                        Part::private_key};
  return check_word(text, kParts, {});
}

Checked<KeyType> check_key_type(const std::string& text) {
  static constexpr std::array kAll = {KeyType::rsa, KeyType::ecdsa, KeyType::ed25519};
  return check_word(text, kAll, {});
}

Checked<int> check_rsa_bits(const std::string& text) {
  int bits = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, bits);
  if (error == std::errc() && read == end && bits >= 1024 && bits <= 16384) return bits;
  return wrong("must be a number from 1024 to 16384, not " + quoted(text),
               "2048 is the least that public authorities sign");
}

Checked<Usage> check_usage(const std::string& text) {
  static constexpr std::array kAll = {Usage::server, Usage::any};
  return check_word(text, kAll, {});
}

Checked<OnExisting> check_on_existing(const std::string& text) {
  static constexpr std::array kAll = {OnExisting::adopt, OnExisting::adopt_if_equal,
                                      OnExisting::refuse};
  return check_word(text, kAll, {});
}

Checked<Drift> check_drift(const std::string& text) {
  static constexpr std::array kAll = {Drift::correct, Drift::report};
  return check_word(text, kAll, {});
}

Checked<std::string> check_api_version(const std::string& text) {
  return check_constant(text, kApiVersion);
}

Checked<std::string> check_kind(const std::string& text) {
  return check_constant(text, kKind);
}

}  // namespace certloop::v1::internal

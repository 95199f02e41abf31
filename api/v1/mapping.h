#pragma once
#include <chrono>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// The mapping file as a user wrote it. Plain values; defaults are applied, references are not yet
// resolved (binding.h does that). Every struct remembers where it stood, for messages.
namespace certloop::v1 {

// Where something stands in a file; line and column count from 1 as editors show them.
struct Place {
  std::string file{};
  int line = 0;
  int column = 0;
};

// One fault of a mapping: where, what was expected, and what would help (may be empty).
// Printed as "file:line:column: message (hint)".
struct Fault {
  Place place{};
  std::string message{};
  std::string hint{};
};

// Whose credentials an entry uses. Both empty: the process's own.
struct Credentials {
  std::string trusted_profile{};  // name or id of an IAM trusted profile
  std::string api_key_file{};     // path of a file that holds an API key
  bool operator==(const Credentials&) const = default;
  auto operator<=>(const Credentials&) const = default;
};

struct SecretsManager {
  std::string name{};
  std::string url{};  // base URL without /api; may have a path prefix
  Credentials credentials{};
  Place place{};
};

struct Project {
  std::string name{};
  std::string id{};      // UUID of the Code Engine project
  std::string region{};  // a free string: IBM adds regions
  std::string url{};     // base URL with /v2; empty: follows from the region
  Credentials credentials{};
  Place place{};
};

enum class SecretType { imported_cert, public_cert, private_cert };

// Either `id`, or all of `group`, `type` and `name`.
struct From {
  std::string secrets_manager{};
  std::string id{};        // UUID; a CRN in the file is cut down to it
  std::string instance{};  // UUID of the instance that CRN named, else empty
  std::string group{};
  std::optional<SecretType> type{};
  std::string name{};
  Place place{};
};

enum class Format { tls, generic };

// What a key of a target secret holds. All are PEM text.
enum class Part {
  certificate,  // the leaf alone
  chain,        // the intermediates, leaf's issuer first, no root
  fullchain,    // leaf, then the intermediates
  private_key,
};
using Parts = std::map<std::string, Part>;  // by the target's keys

struct To {
  std::string project{};
  std::string secret{};
  Format format = Format::tls;
  Parts data{};  // format generic only
  Place place{};
};

enum class KeyType { rsa, ecdsa, ed25519 };

// What the certificate must be fit for.
enum class Usage {
  server,  // an end entity's, whose keyUsage and extendedKeyUsage allow TLS servers
  any,     // not asked
};

// CA certificates that were written into the file. Equal when their texts are.
struct Authorities {
  std::string pem{};  // one or several blocks; empty: any issuer will do
  Place place{};
  bool operator==(const Authorities& other) const { return pem == other.pem; }
  auto operator<=>(const Authorities& other) const { return pem <=> other.pem; }
};

// Gates: a certificate that does not pass is held, the old secret stays. Why the defaults are what
// they are: hack/adr/0009-gates.md.
struct Require {
  std::vector<std::string> dns_names{};
  std::chrono::seconds valid_for{0};
  std::set<KeyType> key_types{KeyType::rsa, KeyType::ecdsa, KeyType::ed25519};
  int min_rsa_bits = 2048;  // 1024 to 16384, the most that OpenSSL verifies with
  Usage usage = Usage::server;
  Authorities issued_by{};
  bool allow_older = false;  // a certificate that ends earlier than the one it replaces
  bool operator==(const Require&) const = default;
  auto operator<=>(const Require&) const = default;
};

// A target that was there before this process knew it, and holds something else.
enum class OnExisting {
  adopt,           // is replaced: the user named it
  adopt_if_equal,  // is certloop's from when it was seen equal; else it is held
  refuse,          // is held unless this process wrote it
};

// Content that somebody else changed while the certificate stayed the same.
enum class Drift { correct, report };

// Whose the targets are: what may be written over.
struct Ownership {
  OnExisting on_existing = OnExisting::adopt;
  Drift drift = Drift::correct;
  bool suspend = false;  // nothing is written; what would be is told
  bool operator==(const Ownership&) const = default;
};

struct Mapping {
  std::string name{};
  From from{};
  std::vector<To> to{};
  Require require{};
  Ownership ownership{};
  std::chrono::seconds expiring_within{std::chrono::hours(14 * 24)};  // an end that is near
  Place place{};
};

// One YAML document.
struct CertificateMapping {
  std::string name{};
  std::chrono::seconds resync{600};
  std::vector<SecretsManager> secrets_managers{};
  std::vector<Project> projects{};
  std::vector<Mapping> mappings{};
  Place place{};
};

// The words of the file, also used in status and logs: "imported_cert", "tls", "privateKey".
const char* to_string(SecretType);
const char* to_string(Format);
const char* to_string(Part);
const char* to_string(KeyType);
const char* to_string(Usage);
const char* to_string(OnExisting);
const char* to_string(Drift);

// "shop.yaml:12:7", or the file alone when the line is 0.
std::string to_string(const Place&);

// "shop.yaml:12:7: unknown key 'proejct' (did you mean 'project'?)"
std::string to_string(const Fault&);

}  // namespace certloop::v1

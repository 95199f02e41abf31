#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/v1/mapping.h"
#include "api/v1/shared.h"

// The desired state, ready to be acted on: every reference resolved, every default applied,
// immutable after it is made. What thousands of mappings say alike is there once (Shared). The rest
// of the program sees this and never YAML.
namespace certloop::v1 {

// A service's address together with whose credentials go there. They travel as one value, so that
// a token can never be sent to somebody else's address.
struct Endpoint {
  std::string url{};  // no trailing slash
  Credentials credentials{};
  bool operator==(const Endpoint&) const = default;
  auto operator<=>(const Endpoint&) const = default;
};

// A Secrets Manager or a project of Code Engine.
struct Service {
  std::string name{};  // in the mapping file, for people
  Endpoint endpoint{};
  std::string id{};  // UUID. A Secrets Manager's is found in its URL; empty when the URL has none
  bool operator==(const Service&) const = default;
  auto operator<=>(const Service&) const = default;
};

// A certificate in a Secrets Manager: by `id`, or by `group`, `type` and `name`.
struct Source {
  Shared<Service> manager{};
  std::string id{};
  std::string group{};
  SecretType type = SecretType::imported_cert;  // only meaningful without id
  std::string name{};
  bool operator==(const Source&) const = default;
};

// A secret in a Code Engine project, and what its keys must hold.
struct Target {
  Shared<Service> project{};
  std::string secret{};
  Format format = Format::tls;
  Shared<Parts> data{};  // for tls: {tls_cert: fullchain, tls_key: privateKey}
  bool operator==(const Target&) const = default;
};

// One mapping: one source, its targets. The unit of the work queue: one read of the source serves
// all its targets.
struct Binding {
  std::string id{};  // "<document>/<mapping>", unique
  Source source{};
  std::vector<Target> targets{};
  Shared<Require> require{};
  Ownership ownership{};
  std::chrono::seconds expiring_within{std::chrono::hours(14 * 24)};
  std::chrono::seconds resync{600};
  bool operator==(const Binding&) const = default;
};

// What the environment adds to the file.
struct ResolveOptions {
  // Code Engine gives its workloads the private API address of their own region; projects of that
  // region without `url` use it. Both empty outside of Code Engine.
  std::string home_region{};
  std::string home_code_engine_url{};  // without /v2, as CE_API_BASE_URL

  // What is wrong with a text of CA certificates, as the end of a sentence ("holds a block that is
  // no certificate"); empty: nothing. This layer knows the form of PEM and nothing of X.509.
  // Without the function, form is all that is asked.
  std::function<std::string(const std::string& pem)> fault_of_authorities{};
};

// Documents -> bindings, sorted by id. All faults at once: an unknown secretsManager or project
// (with the nearest known name as hint), two documents or mappings of one name, a CRN of another
// instance, two writers of one target (naming both places).
tl::expected<std::vector<Binding>, std::vector<Fault>> resolve(
    const std::vector<CertificateMapping>& documents, const ResolveOptions& options = {});

// "project/secret", the target's name in status, logs and plans.
std::string display_name(const Target&);

}  // namespace certloop::v1

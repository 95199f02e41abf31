#include "api/v1/binding.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "api/v1/internal/faults.h"
#include "api/v1/internal/url.h"
#include "api/v1/internal/wording.h"
#include "api/v1/mapping_yaml.h"

namespace certloop::v1 {
namespace {

using internal::quoted;

template <class T>
using ByName = std::unordered_map<std::string_view, const T*>;

template <class T>
ByName<T> by_name(const std::vector<T>& values) {
  ByName<T> map;
  for (const T& value : values) map.emplace(value.name, &value);
  return map;
}

// "https://host" and "https://host/v2" alike, with any number of slashes at the end.
std::string with_version(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  const bool has_version = url.size() >= 3 && url.compare(url.size() - 3, 3, "/v2") == 0;
  return url.empty() || has_version ? url : url + "/v2";
}

Parts keys_of(const To& to) {
  switch (to.format) {
    case Format::tls:
      return {{"tls_cert", Part::fullchain}, {"tls_key", Part::private_key}};
    case Format::generic:
      return to.data;
  }
  return to.data;
}

class Resolver {
 public:
  explicit Resolver(const ResolveOptions& options)
      : home_region_(options.home_region),
        home_url_(with_version(options.home_code_engine_url)),
        fault_of_authorities_(options.fault_of_authorities) {}

  void add(const CertificateMapping& document);
  tl::expected<std::vector<Binding>, std::vector<Fault>> take() &&;

 private:
  // The names a document's mappings may use: its own alone, so that files cannot break each other.
  struct Scope {
    ByName<SecretsManager> managers{};
    ByName<Project> projects{};
  };

  Source source(const Scope& scope, const From& from);
  Target target(const Scope& scope, const To& to);
  void claim(const Target& target, const Place& place);
  void check(const Authorities& authorities);
  std::string code_engine_url(const Project& project) const;

  // Of equal values the first: it is held by all bindings that say the same.
  template <class T>
  static const Shared<T>& shared(std::set<Shared<T>>& known, std::type_identity_t<T> value) {
    return *known.emplace(std::move(value)).first;
  }
  template <class T>
  const T* find(const ByName<T>& known, const std::string& name, const char* what,
                const Place& place);
  // Reports a name that was there before; `what` it is the name of.
  void claim_name(std::unordered_map<std::string_view, const Place*>& taken,
                  const std::string& name, const Place& place, const char* what);

  std::string home_region_;
  std::string home_url_;
  std::function<std::string(const std::string&)> fault_of_authorities_;
  internal::Faults faults_{MappingLimits{}.max_faults};
  std::unordered_map<std::string_view, const Place*> documents_{};
  std::unordered_map<std::string, const Place*> writers_{};
  std::set<Shared<Service>> services_{};
  std::set<Shared<Parts>> data_{};
  std::set<Shared<Require>> requires_{};
  std::vector<Binding> bindings_{};
};

template <class T>
const T* Resolver::find(const ByName<T>& known, const std::string& name, const char* what,
                        const Place& place) {
  if (name.empty()) return nullptr;  // it was refused when it was read
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  std::string hint;
  if (!faults_.full()) {
    std::vector<std::string_view> names;
    for (const auto& [one, value] : known) names.push_back(one);
    std::sort(names.begin(), names.end());
    hint = internal::did_you_mean(name, names);
    if (hint.empty()) hint = std::string("this document names none like it under ") + what + "s";
  }
  faults_.add(place, std::string("unknown ") + what + " " + quoted(name), std::move(hint));
  return nullptr;
}

void Resolver::claim_name(std::unordered_map<std::string_view, const Place*>& taken,
                          const std::string& name, const Place& place, const char* what) {
  const auto [first, fresh] = taken.emplace(name, &place);
  if (fresh || name.empty()) return;
  faults_.add(place, std::string("a second ") + what + " named " + quoted(name),
              "the first one is at " + to_string(*first->second));
}

std::string Resolver::code_engine_url(const Project& project) const {
  if (!project.url.empty()) return project.url;
  if (!home_url_.empty() && project.region == home_region_) return home_url_;
  return "https://api." + project.region + ".codeengine.cloud.ibm.com/v2";
}

Source Resolver::source(const Scope& scope, const From& from) {
  Source source;
  source.id = from.id;
  source.group = from.group;
  source.type = from.type.value_or(SecretType::imported_cert);
  source.name = from.name;
  const auto* manager = find(scope.managers, from.secrets_manager, "secretsManager", from.place);
  if (manager == nullptr) return source;
  const Service service{
      manager->name, {manager->url, manager->credentials}, internal::find_uuid(manager->url)};
  source.manager = shared(services_, service);
  if (!from.instance.empty() && !service.id.empty() && from.instance != service.id) {
    faults_.add(from.place, "the CRN names a secret of another instance, " + quoted(from.instance),
                "secretsManager " + quoted(manager->name) + " is instance " + quoted(service.id) +
                    ", see " + to_string(manager->place));
  }
  return source;
}

Target Resolver::target(const Scope& scope, const To& to) {
  Target target;
  target.secret = to.secret;
  target.format = to.format;
  target.data = shared(data_, keys_of(to));
  const auto* project = find(scope.projects, to.project, "project", to.place);
  if (project == nullptr) return target;
  target.project = shared(
      services_, {project->name, {code_engine_url(*project), project->credentials}, project->id});
  claim(target, to.place);
  return target;
}

void Resolver::claim(const Target& target, const Place& place) {
  if (target.project->id.empty() || target.secret.empty()) return;
  // A project may be named by several addresses (public, private); its id is unique everywhere.
  const std::string key = target.project->id + '\n' + target.secret;
  const auto [first, fresh] = writers_.emplace(key, &place);
  if (fresh) return;
  faults_.add(place, "a second writer of " + quoted(display_name(target)),
              "the first one is at " + to_string(*first->second));
}

void Resolver::check(const Authorities& authorities) {
  if (authorities.pem.empty() || !fault_of_authorities_) return;
  const std::string why = fault_of_authorities_(authorities.pem);
  if (!why.empty()) {
    faults_.add(authorities.place, "issuedBy " + why,
                "it takes the certificates of one or several CAs");
  }
}

void Resolver::add(const CertificateMapping& document) {
  claim_name(documents_, document.name, document.place, "document");
  const Scope scope{by_name(document.secrets_managers), by_name(document.projects)};
  std::unordered_map<std::string_view, const Place*> names;
  for (const Mapping& mapping : document.mappings) {
    claim_name(names, mapping.name, mapping.place, "mapping");
    Binding binding;
    binding.id = document.name + "/" + mapping.name;
    binding.source = source(scope, mapping.from);
    for (const To& to : mapping.to) binding.targets.push_back(target(scope, to));
    check(mapping.require.issued_by);
    binding.require = shared(requires_, mapping.require);
    binding.ownership = mapping.ownership;
    binding.expiring_within = mapping.expiring_within;
    binding.resync = document.resync;
    bindings_.push_back(std::move(binding));
  }
}

tl::expected<std::vector<Binding>, std::vector<Fault>> Resolver::take() && {
  if (!faults_.empty()) return tl::make_unexpected(std::move(faults_).take());
  std::sort(bindings_.begin(), bindings_.end(),
            [](const Binding& a, const Binding& b) { return a.id < b.id; });
  return std::move(bindings_);
}

}  // namespace

tl::expected<std::vector<Binding>, std::vector<Fault>> resolve(
    const std::vector<CertificateMapping>& documents, const ResolveOptions& options) {
  Resolver resolver(options);
  for (const CertificateMapping& document : documents) resolver.add(document);
  return std::move(resolver).take();
}

std::string display_name(const Target& target) {
  return target.project->name + "/" + target.secret;
}

}  // namespace certloop::v1

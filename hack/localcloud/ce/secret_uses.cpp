#include "hack/localcloud/ce/secret_uses.h"

#include <algorithm>

#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {
namespace {

const char* const kCollections[] = {
    "apps", "jobs", "functions", "domain_mappings", "builds", "bindings", "persistent_data_stores"};
const char* const kMembers[] = {"image_secret",  "code_secret",   "tls_secret",
                                "output_secret", "source_secret", "secret_name"};
const char* const kLists[] = {"run_env_variables", "run_volume_mounts", "run_build_params"};

bool names(const Json& object, const std::string& member_name, const std::string& secret) {
  const Json* value = member(object, member_name);
  return value != nullptr && *value == secret;
}

bool refers(const Json& document, const std::string& secret) {
  const auto named = [&](const char* name) { return names(document, name, secret); };
  if (std::any_of(std::begin(kMembers), std::end(kMembers), named)) return true;
  const auto listed = [&](const char* name) {
    const Json* entries = member(document, name);
    return entries != nullptr &&
           std::any_of(entries->begin(), entries->end(), [&](const Json& entry) {
             return entry.at("type").get<std::string>().starts_with("secret") &&
                    names(entry, "reference", secret);
           });
  };
  if (std::any_of(std::begin(kLists), std::end(kLists), listed)) return true;
  const Json* data = member(document, "data");  // of a data store
  return data != nullptr && names(*data, "secret_name", secret);
}

}  // namespace

bool secret_used(Project& project, const std::string& secret) {
  return std::any_of(std::begin(kCollections), std::end(kCollections), [&](const char* name) {
    const auto refer = [&secret](const Json& document) { return refers(document, secret); };
    return !project.shelf(name).names(refer).empty();
  });
}

}  // namespace localcloud::ce

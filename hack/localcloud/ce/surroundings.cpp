#include "hack/localcloud/ce/surroundings.h"

#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {
namespace {

std::string text_of(const Json& item, const std::string& name) {
  const Json* value = member(item, name);
  return value == nullptr ? std::string{} : value->get<std::string>();
}

// What an entry of a type refers to: "secret_key_reference" and "secret" are about secrets.
std::string collection_of(const std::string& type) {
  if (type.starts_with("secret")) return "secrets";
  if (type.starts_with("config_map")) return "config_maps";
  return "persistent_data_stores";
}

class Reader {
 public:
  Reader(Project& project, bool kubernetes_tls_names)
      : project_(project), kubernetes_tls_names_(kubernetes_tls_names) {}

  void variables(const Json& entries) {
    for (const Json& entry : entries) {
      if (text_of(entry, "type").ends_with("_full_reference")) add_all(entry);
    }
    for (const Json& entry : entries) {
      if (!text_of(entry, "type").ends_with("_full_reference")) add_one(entry);
    }
  }

  void mount(const Json& entry) {
    const auto type = text_of(entry, "type");
    const Json* document = find(type, text_of(entry, "reference"));
    if (document == nullptr) return;
    Surroundings::Mount mount{text_of(entry, "mount_path"), text_of(entry, "sub_path"), {}};
    if (type != "persistent_data_store") {
      for (const auto& [key, value] : document->at("data").items()) {
        mount.files[file_name(*document, key)] = value.get<std::string>();
      }
    }
    result.mounts.push_back(std::move(mount));
  }

  Surroundings result{};

 private:
  const Json* find(const std::string& type, const std::string& name) {
    const Json* document = project_.shelf(collection_of(type)).current(name);
    if (document == nullptr) {
      result.missing.push_back(collection_of(type) + "/" + name);
    }
    return document;
  }

  void add_all(const Json& entry) {
    const Json* document = find(text_of(entry, "type"), text_of(entry, "reference"));
    if (document == nullptr) return;
    for (const auto& [key, value] : document->at("data").items()) {
      result.environment[text_of(entry, "prefix") + key] = value.get<std::string>();
    }
  }

  void add_one(const Json& entry) {
    const auto type = text_of(entry, "type");
    const auto name = text_of(entry, "name");
    if (type == "literal") {
      result.environment[name] = text_of(entry, "value");
      return;
    }
    const Json* document = find(type, text_of(entry, "reference"));
    if (document == nullptr) return;
    const auto key = text_of(entry, "key");
    if (const Json* value = member(document->at("data"), key)) {
      result.environment[name] = value->get<std::string>();
    } else {
      result.missing.push_back(collection_of(type) + "/" + text_of(entry, "reference") + "/" + key);
    }
  }

  std::string file_name(const Json& document, const std::string& key) const {
    if (kubernetes_tls_names_ && document.value("format", "") == "tls") {
      if (key == "tls_cert") return "tls.crt";
      if (key == "tls_key") return "tls.key";
    }
    return key;
  }

  Project& project_;
  bool kubernetes_tls_names_;
};

}  // namespace

Surroundings surroundings_of(const Json& document, Project& project, bool kubernetes_tls_names) {
  Reader reader(project, kubernetes_tls_names);
  reader.variables(document.at("computed_env_variables"));
  reader.variables(document.at("run_env_variables"));
  if (const Json* mounts = member(document, "run_volume_mounts")) {
    for (const Json& entry : *mounts) reader.mount(entry);
  }
  const std::string pull_secret = text_of(document, "image_secret");
  reader.result.pull_secret_missing =
      !pull_secret.empty() && project.shelf("secrets").current(pull_secret) == nullptr;
  return std::move(reader.result);
}

Json literals(const std::map<std::string, std::string>& variables) {
  Json entries = Json::array();
  for (const auto& [name, value] : variables) {
    entries.push_back({{"type", "literal"}, {"name", name}, {"value", value}});
  }
  return entries;
}

}  // namespace localcloud::ce

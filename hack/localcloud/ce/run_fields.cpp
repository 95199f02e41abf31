#include "hack/localcloud/ce/run_fields.h"

#include <algorithm>
#include <limits>

#include "hack/localcloud/ce/image_reference.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/resources.h"
#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestValue = 1'048'576;
constexpr std::size_t kLongestPath = 256;
constexpr std::size_t kLongestSubPath = 1000;
constexpr std::size_t kLongestProbePath = 2048;

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// Of variables, and of keys of secrets and config maps.
Check variable_name() {
  return [bounded = text(1, 253)](const std::string& name, const Json& value) {
    bounded(name, value);
    const auto& word = value.get_ref<const std::string&>();
    const bool valid = std::all_of(word.begin(), word.end(), [](char c) {
      return letter(c) || digit(c) || c == '-' || c == '.' || c == '_';
    });
    if (!valid) throw invalid(name + " is out of letters, digits, '-', '.' and '_'.");
    return value;
  };
}

Check prefix() {
  return [bounded = text(0, 253)](const std::string& name, const Json& value) {
    bounded(name, value);
    const auto& word = value.get_ref<const std::string&>();
    const auto valid = [](char c) { return letter(c) || digit(c) || c == '_'; };
    if (!word.empty() && (digit(word.front()) || !std::all_of(word.begin(), word.end(), valid))) {
      throw invalid(name + " is out of letters, digits and '_', no digit first.");
    }
    return value;
  };
}

void need(const Json& item, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (member(item, name) == nullptr) {
      throw invalid("An entry of type " + item.at("type").get<std::string>() + " needs " + name +
                    ".");
    }
  }
}

void check_reference(const Json& item) {
  const auto type = item.at("type").get<std::string>();
  if (type == "literal") return need(item, {"name", "value"});
  if (type.ends_with("_full_reference")) return need(item, {"reference"});
  need(item, {"name", "reference", "key"});
}

Fields reference_fields(std::vector<std::string> types) {
  return {{"type", choice(std::move(types)), "literal"},
          {"name", variable_name()},
          {"value", text(0, kLongestValue)},
          {"reference", named(kDnsName)},
          {"key", variable_name()},
          {"prefix", prefix()}};
}

Check mount_path() {
  return [bounded = text(1, kLongestPath)](const std::string& name, const Json& value) {
    bounded(name, value);
    const auto& path = value.get_ref<const std::string&>();
    if (path.size() < 2 || path.front() != '/' || path.find("//") != std::string::npos ||
        path.find('\0') != std::string::npos) {
      throw invalid(name + " is not an absolute path of a directory.");
    }
    return value;
  };
}

// Each mount needs a directory of its own.
Check mounts() {
  const Fields one = {{"type", choice({"secret", "config_map", "persistent_data_store"}), {}, true},
                      {"reference", named(kDnsName), {}, true},
                      {"mount_path", mount_path(), {}, true},
                      {"sub_path", text(1, kLongestSubPath)},
                      {"read_only", boolean(), true}};
  return [all = objects(one, [](const Json&) {})](const std::string& name, const Json& value) {
    const Json items = all(name, value);
    std::vector<std::string> paths;
    for (const Json& item : items) {
      std::string path = item.at("mount_path").get<std::string>();
      if (path.back() == '/') path.pop_back();
      if (std::find(paths.begin(), paths.end(), path) != paths.end()) {
        throw invalid("Two entries of " + name + " have the same mount_path.");
      }
      paths.push_back(std::move(path));
    }
    return items;
  };
}

Check image() {
  return [](const std::string& name, const Json& value) {
    if (!value.is_string() || !valid_image_reference(value.get_ref<const std::string&>())) {
      throw invalid(name + " is not of the form REGISTRY/NAMESPACE/REPOSITORY:TAG.");
    }
    return value;
  };
}

}  // namespace

Check size() {
  return [](const std::string& name, const Json& value) {
    if (!value.is_string() || !quantity(value.get_ref<const std::string&>())) {
      throw invalid(name + " is not a size such as \"0.5\" or \"400M\".");
    }
    return value;
  };
}

Fields image_fields(bool required) {
  return {{"image_reference", image(), {}, required}, {"image_secret", named(kDnsName)}};
}

Fields env_fields() {
  return {{"run_env_variables",
           objects(reference_fields({"literal", "secret_full_reference", "secret_key_reference",
                                     "config_map_full_reference", "config_map_key_reference"}),
                   check_reference),
           Json::array()},
          {"run_compute_resource_token_enabled", boolean(), false}};
}

Fields run_fields() {
  return Fields{{"run_arguments", texts(), Json::array()},
                {"run_commands", texts(), Json::array()},
                {"run_as_user", integer(0, std::numeric_limits<std::int32_t>::max()), 0},
                {"run_volume_mounts", mounts(), Json::array()},
                {"run_service_account", choice({"default", "manager", "reader", "writer", "none"}),
                 "default"}} +
         env_fields();
}

Fields instance_limit_fields() {
  return {{"scale_cpu_limit", size(), "1"},
          {"scale_memory_limit", size(), "4G"},
          {"scale_ephemeral_storage_limit", size(), "400M"}};
}

Field build_parameters() {
  return {"run_build_params",
          objects(reference_fields({"literal", "secret_key_reference", "config_map_key_reference"}),
                  check_reference),
          Json::array()};
}

Field managed_domain_mappings() {
  return {"managed_domain_mappings", choice({"local_public", "local_private", "local"}),
          "local_public"};
}

Field probe(const std::string& name, const Json& standard) {
  const Fields members = {{"type", choice({"tcp", "http"}), "tcp"},
                          {"path", text(1, kLongestProbePath)},
                          {"port", integer(1, 65535)},
                          {"interval", integer(1, 60), 10},
                          {"timeout", integer(1, 3600), 1},
                          {"failure_threshold", integer(1, 10), 1},
                          {"initial_delay", integer(1, 10)}};
  const Check whole = [all = object(members)](const std::string& member, const Json& value) {
    Json result = all(member, value);
    if (result.at("type") == "tcp" && result.contains("path")) {
      throw invalid("A probe of type tcp has no path.");
    }
    return result;
  };
  return {name, whole, standard};
}

Field component(std::vector<std::string> types) {
  return {"component",
          object({{"name", named(kLabelName), {}, true},
                  {"resource_type", choice(std::move(types)), {}, true}}),
          {},
          true};
}

}  // namespace localcloud::ce

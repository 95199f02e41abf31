#include "hack/localcloud/ce/kinds.h"

#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/tls_check.h"

namespace localcloud::ce {
namespace {

// Absent and null are the same.
const Json* member(const Json& body, const std::string& name) {
  const auto found = body.find(name);
  return found == body.end() || found->is_null() ? nullptr : &*found;
}

std::string id_of(const Json& object, const std::string& where) {
  const Json* id = object.is_object() ? member(object, "id") : nullptr;
  if (id == nullptr || !id->is_string()) throw invalid(where + ".id is missing or not a string.");
  return id->get<std::string>();
}

Json data_or_empty(const Json& body) {
  const Json* data = member(body, "data");
  if (data == nullptr) return Json::object();
  check_data(*data);
  return *data;
}

}  // namespace

SecretKind::SecretKind(World& world) : world_(world) {
  Switches& switches = world_.switches;
  switches.declare("list_secrets_with_data", true, "lists of secrets show data");
  switches.declare("strict_tls", false,
                   "tls secrets are parsed: PEM, key fits the leaf, valid now; else 400");
  switches.declare("ce_extra_keys_accepted", true, "typed secrets may have keys of their own");
  switches.declare("ce_format_change_status", 400, "status of a PUT with another format",
                   refusal_status());
}

Json SecretKind::create(const Json& body) {
  const std::string name = required_string(body, "format");
  const SecretFormat& format = secret_format(name);
  if (!format.writable) throw invalid("Secrets of this format cannot be made here.");
  Json members = {
      {"format", name}, {"resource_type", format.resource_type}, {"generated_by", "user"}};
  if (name == "service_access") members["service_access"] = service_access(body);
  if (name == "service_operator") members["service_operator"] = service_operator(body);
  if (format.made_by_service) {
    members["data"] = {{"apikey", "localcloud-" + world_.ids.hex(32)}};
  } else {
    members["data"] = checked_data(name, body);
  }
  return members;
}

Json SecretKind::replace(const Json& current, const Json& body) {
  const std::string format = required_string(body, "format");
  if (current.at("format") != secret_format(format).name) {
    throw Refusal{world_.switches.value("ce_format_change_status").get<int>(), "invalid_request",
                  "The format of a secret cannot be changed."};
  }
  if (secret_format(format).made_by_service && member(body, "data") == nullptr) {
    return {{"data", current.at("data")}};
  }
  return {{"data", checked_data(format, body)}};
}

Json SecretKind::checked_data(const std::string& format, const Json& body) const {
  const SecretFormat& rules = secret_format(format);
  if (!rules.free_keys && member(body, "data") == nullptr) {
    throw invalid("A secret of format " + format + " needs data.");
  }
  Json data = data_or_empty(body);
  check_keys(rules, data, world_.switches.on("ce_extra_keys_accepted"));
  if (format == "tls" && world_.switches.on("strict_tls")) {
    check_tls(data.at("tls_cert").get<std::string>(), data.at("tls_key").get<std::string>(),
              world_.clock.now());
  }
  return data;
}

Json SecretKind::service_access(const Json& body) {
  const Json* wanted = member(body, "service_access");
  if (wanted == nullptr || !wanted->is_object()) {
    throw invalid("A secret of format service_access needs the member service_access.");
  }
  const Json* instance = member(*wanted, "service_instance");
  const std::string id =
      id_of(instance == nullptr ? Json() : *instance, "service_access.service_instance");
  Json access = {
      {"service_instance", {{"id", id}, {"type", "localcloud"}}},
      {"resource_key", {{"id", world_.ids.uuid()}, {"name", "localcloud-credential"}}},
      {"role", {{"crn", "crn:v1:bluemix:public:iam::::serviceRole:Writer"}, {"name", "Writer"}}}};
  if (const Json* service_id = member(*wanted, "serviceid")) access["serviceid"] = *service_id;
  return access;
}

Json SecretKind::service_operator(const Json& body) {
  const Json* wanted = member(body, "service_operator");
  if (wanted == nullptr || !wanted->is_object()) {
    throw invalid("A secret of format service_operator needs the member service_operator.");
  }
  const Json* service_id = member(*wanted, "serviceid");
  const Json* groups = member(*wanted, "resource_group_ids");
  return {{"serviceid",
           service_id == nullptr ? Json{{"id", "ServiceId-" + world_.ids.uuid()}} : *service_id},
          {"resource_group_ids", groups == nullptr ? Json::array() : *groups},
          {"apikey_id", "ApiKey-" + world_.ids.uuid()},
          {"user_managed", service_id != nullptr}};
}

std::string SecretKind::filters(const Request& request) const {
  const auto format = request.query_value("format");
  if (!format) return {};
  if (!secret_format(*format).writable) throw invalid("Lists have no filter for this format.");
  return "&format=" + *format;
}

bool SecretKind::list(Json& document, const Request& request) const {
  const auto format = request.query_value("format");
  if (format && document.at("format") != *format) return false;
  if (!world_.switches.on("list_secrets_with_data")) document.erase("data");
  return true;
}

Json ConfigMapKind::create(const Json& body) {
  return {{"data", data_or_empty(body)}, {"resource_type", "config_map_v2"}};
}

Json ConfigMapKind::replace(const Json&, const Json& body) {
  return {{"data", data_or_empty(body)}};
}

}  // namespace localcloud::ce

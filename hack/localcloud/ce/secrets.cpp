#include "hack/localcloud/ce/secrets.h"

#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/secret_uses.h"
#include "hack/localcloud/ce/service_secrets.h"
#include "hack/localcloud/ce/tls_check.h"

namespace localcloud::ce {
namespace {

Json data_or_empty(const Json& body) {
  const Json* data = member(body, "data");
  if (data == nullptr) return Json::object();
  check_data(*data);
  return *data;
}

}  // namespace

SecretKind::SecretKind(World& world, const DomainMappingKind& mappings)
    : DocumentKind({.collection = "secrets"}), world_(world), mappings_(mappings) {
  Switches& switches = world_.switches;
  switches.declare("list_secrets_with_data", true, "lists of secrets show data");
  switches.declare("strict_tls", false,
                   "tls secrets are parsed: PEM, key fits the leaf, valid now; else 400");
  switches.declare("ce_extra_keys_accepted", true, "typed secrets may have keys of their own");
  switches.declare("ce_delete_used_secret_status", 0,
                   "status of a DELETE of a secret that something refers to; 0 deletes it",
                   refusal_status({0}));
  switches.declare("ce_format_change_status", 400, "status of a PUT with another format",
                   refusal_status());
}

Json SecretKind::create(const Json& body, const Place&) {
  const std::string name = required_string(body, "format");
  const SecretFormat& format = secret_format(name);
  if (!format.writable) throw invalid("Secrets of this format cannot be made here.");
  Json members = {
      {"format", name}, {"resource_type", format.resource_type}, {"generated_by", "user"}};
  if (format.made_by_service) {
    members.update(service_members(name, body));
  } else {
    members["data"] = checked_data(name, body);
  }
  return members;
}

Json SecretKind::change(const Json& current, const Json& body, const Place& place) {
  const std::string format = required_string(body, "format");
  if (current.at("format") != secret_format(format).name) {
    throw Refusal{world_.switches.value("ce_format_change_status").get<int>(), "invalid_request",
                  "The format of a secret cannot be changed."};
  }
  if (secret_format(format).made_by_service && member(body, "data") == nullptr) {
    return {{"data", current.at("data")}};
  }
  Json data = checked_data(format, body);
  if (format == "tls") mappings_.check_secret(place.project, current.at("name"), data);
  return {{"data", std::move(data)}};
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

Json SecretKind::service_members(const std::string& format, const Json& body) {
  const Json* wanted = member(body, format);
  if (wanted == nullptr || !wanted->is_object()) {
    throw invalid("A secret of format " + format + " needs the member " + format + ".");
  }
  return format == "service_access" ? service_access(world_, *wanted)
                                    : service_operator(world_, *wanted);
}

void SecretKind::erasing(const Json& document, const Request&, const Place& place) {
  const int status = world_.switches.value("ce_delete_used_secret_status").get<int>();
  if (status != 0 && secret_used(place.project, document.at("name"))) {
    throw Refusal{status, "conflict", "The secret is in use."};
  }
}

std::string SecretKind::filters(const Request& request) const {
  const auto format = request.query_value("format");
  if (!format) return {};
  if (!secret_format(*format).writable) throw invalid("Lists have no filter for this format.");
  return "&format=" + *format;
}

bool SecretKind::listed(Json& document, const Request& request, const Place&) const {
  const auto format = request.query_value("format");
  if (format && document.at("format") != *format) return false;
  if (!world_.switches.on("list_secrets_with_data")) document.erase("data");
  return true;
}

ConfigMapKind::ConfigMapKind()
    : DocumentKind({.collection = "config_maps", .resource_type = "config_map_v2"}) {}

Json ConfigMapKind::create(const Json& body, const Place&) {
  return {{"data", data_or_empty(body)}};
}

Json ConfigMapKind::change(const Json&, const Json& body, const Place&) {
  return {{"data", data_or_empty(body)}};
}

}  // namespace localcloud::ce

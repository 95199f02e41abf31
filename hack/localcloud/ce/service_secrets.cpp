#include "hack/localcloud/ce/service_secrets.h"

#include "hack/localcloud/ce/fields.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestId = 256;
const char* const kWriter = "crn:v1:bluemix:public:iam::::serviceRole:Writer";

Fields id_and_crn() {
  return {{"id", text(1, kLongestId)}, {"crn", text(1, kLongestId)}};
}

Fields access_fields() {
  return {{"service_instance", object({{"id", text(1, kLongestId), {}, true}}), {}, true},
          {"resource_key", object({{"id", text(1, kLongestId)}}), Json::object()},
          {"role", object({{"crn", text(1, kLongestId)}}), Json::object()},
          {"serviceid", object(id_and_crn()), Json::object()}};
}

Fields operator_fields() {
  return {{"serviceid", object(id_and_crn())}, {"resource_group_ids", texts(), Json::array()}};
}

// The kind of service behind an instance of this cloud.
std::string type_of(const Seed& seed, const std::string& instance) {
  if (instance == seed.sm_instance) return "secrets-manager";
  if (instance == seed.en_instance) return "event-notifications";
  return "localcloud";
}

std::string key_of(World& world) {
  return "localcloud-" + world.ids.hex(32);
}

Json service_id(World& world, Json id) {
  id.emplace("id", "ServiceId-" + world.ids.uuid());
  id.emplace("crn", "crn:v1:bluemix:public:iam-identity::a/" + world.seed.account +
                        "::serviceid:" + id.at("id").get<std::string>());
  return id;
}

}  // namespace

Json service_access(World& world, const Json& wanted) {
  Json access = merged(access_fields(), Json::object(), wanted);
  Json& instance = access["service_instance"];
  instance["type"] = type_of(world.seed, instance["id"]);
  Json& role = access["role"];
  role.emplace("crn", kWriter);
  const std::string role_crn = role["crn"];
  role["name"] = role_crn.substr(role_crn.rfind(':') + 1);
  Json& key = access["resource_key"];
  key.emplace("id", world.ids.uuid());
  key["name"] = "localcloud-credential";
  access["serviceid"] = service_id(world, std::move(access["serviceid"]));
  const Json data = {{"apikey", key_of(world)},
                     {"iam_apikey_name", key["name"]},
                     {"iam_role_crn", role_crn},
                     {"iam_serviceid_crn", access["serviceid"]["crn"]}};
  return {{"service_access", access}, {"data", data}};
}

Json service_operator(World& world, const Json& wanted) {
  Json access = merged(operator_fields(), Json::object(), wanted);
  access["user_managed"] = access.contains("serviceid");
  access["serviceid"] = service_id(world, access.value("serviceid", Json::object()));
  access["apikey_id"] = "ApiKey-" + world.ids.uuid();
  return {{"service_operator", access}, {"data", {{"apikey", key_of(world)}}}};
}

}  // namespace localcloud::ce

#include "hack/localcloud/rc/model.h"

namespace localcloud::rc {
namespace {

constexpr char kOwner[] = "iam-ServiceId-0f6e5f3a-9c0b-4d57-8f0e-2f4c7a1b6d90";

Json time_or_null(const std::optional<Time>& time) {
  return time ? Json(rfc3339(*time)) : Json();
}

Json operation_view(const Instance& instance, Time now) {
  const bool over = instance.operation_done <= now;
  const bool failed = over && instance.failed && instance.operation == "create";
  const std::string state = failed ? "failed" : over ? "succeeded" : "in progress";
  return {{"type", instance.operation},
          {"state", state},
          {"sub_type", nullptr},
          {"async", true},
          {"description", failed ? "The provisioning was ordered to fail."
                                 : "The operation " + instance.operation + " is " + state + "."},
          {"reason_code", nullptr},
          {"poll_after", 1},
          {"cancelable", false},
          {"poll", !over}};
}

std::string group_crn(const Instance& instance, const World& world) {
  return "crn:v1:bluemix:public:resource-controller::a/" + world.seed.account +
         "::resource-group:" + instance.resource_group;
}

}  // namespace

std::string Instance::state(Time now, const std::string& while_new) const {
  if (deleted) return now < reclaim_at ? "pending_reclamation" : "removed";
  if (operation != "create" || operation_done <= now) return failed ? "failed" : "active";
  return while_new;
}

Json view(const Instance& instance, const World& world) {
  const Time now = world.clock.now();
  const std::string crn = instance.crn(world.seed.account);
  const std::string url = "/v2/resource_instances/" + instance.guid;
  const Json plan{{"resource_plan_id", instance.plan},
                  {"start_date", rfc3339(instance.created)},
                  {"requestor_id", kOwner}};
  const std::string while_new = world.switches.value("rc_new_state").get<std::string>();
  return {
      {"id", crn},
      {"guid", instance.guid},
      {"crn", crn},
      {"url", url},
      {"name", instance.name},
      {"region_id", instance.region},
      {"account_id", world.seed.account},
      {"resource_group_id", instance.resource_group},
      {"resource_group_crn", group_crn(instance, world)},
      {"resource_id", instance.offering->id},
      {"resource_plan_id", instance.plan},
      {"target_crn", catalog::deployment_crn(instance.plan, instance.region)},
      {"state", instance.state(now, while_new)},
      {"type", "service_instance"},
      {"sub_type", ""},
      {"parameters", instance.parameters},
      {"allow_cleanup", instance.allow_cleanup},
      {"locked", instance.locked},
      {"onetime_credentials", false},
      {"dashboard_url", "https://cloud.ibm.com/services/" + instance.offering->name + "/" + crn},
      {"resource_aliases_url", url + "/resource_aliases"},
      {"resource_bindings_url", url + "/resource_bindings"},
      {"resource_keys_url", url + "/resource_keys"},
      {"plan_history", Json::array({plan})},
      {"last_operation", operation_view(instance, now)},
      {"extensions", Json::object()},
      {"migrated", false},
      {"controlled_by", ""},
      {"created_at", rfc3339(instance.created)},
      {"created_by", kOwner},
      {"updated_at", rfc3339(instance.updated)},
      {"updated_by", kOwner},
      {"deleted_at", time_or_null(instance.deleted)},
      {"deleted_by", instance.deleted ? kOwner : ""},
      {"scheduled_reclaim_at", instance.deleted ? Json(rfc3339(instance.reclaim_at)) : Json()},
      {"scheduled_reclaim_by", instance.deleted ? kOwner : ""},
      {"restored_at", time_or_null(instance.restored)},
      {"restored_by", instance.restored ? kOwner : ""}};
}

Json view(const Key& key, const Instance& instance, const World& world) {
  Crn crn = parse_crn(instance.crn(world.seed.account)).value_or(Crn{});
  crn.resource_type = "resource-key";
  crn.resource = key.guid;
  return {{"id", crn.text()},
          {"guid", key.guid},
          {"crn", crn.text()},
          {"url", "/v2/resource_keys/" + key.guid},
          {"name", key.name},
          {"account_id", world.seed.account},
          {"resource_group_id", instance.resource_group},
          {"source_crn", instance.crn(world.seed.account)},
          {"resource_id", instance.offering->id},
          {"resource_instance_url", "/v2/resource_instances/" + instance.guid},
          {"resource_alias_url", nullptr},
          {"state", "active"},
          {"credentials",
           {{"apikey", key.api_key},
            {"iam_apikey_description", "Made with the key " + key.name},
            {"iam_apikey_name", key.name},
            {"iam_role_crn", key.role},
            {"iam_serviceid_crn", "crn:v1:bluemix:public:iam-identity::a/" + world.seed.account +
                                      "::serviceid:" + std::string(kOwner).substr(4)}}},
          {"iam_compatible", true},
          {"onetime_credentials", false},
          {"migrated", false},
          {"created_at", rfc3339(key.created)},
          {"created_by", kOwner},
          {"updated_at", rfc3339(key.created)},
          {"updated_by", kOwner},
          {"deleted_at", nullptr},
          {"deleted_by", ""}};
}

Json reclamation_view(const Instance& instance, const World& world) {
  const Time deleted = instance.deleted.value_or(instance.created);
  return {{"id", instance.reclamation},
          {"entity_id", instance.guid},
          {"entity_type_id", "resource_instance"},
          {"entity_crn", instance.crn(world.seed.account)},
          {"resource_instance_id", instance.guid},
          {"resource_group_id", instance.resource_group},
          {"account_id", world.seed.account},
          {"policy_id", "localcloud-seven-days"},
          {"state", "SCHEDULED"},
          {"target_time", rfc3339(instance.reclaim_at)},
          {"custom_properties", Json::object()},
          {"created_at", rfc3339(deleted)},
          {"created_by", kOwner},
          {"updated_at", rfc3339(deleted)},
          {"updated_by", kOwner}};
}

}  // namespace localcloud::rc

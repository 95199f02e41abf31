#include <algorithm>

#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"
#include "hack/localcloud/sm/views.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kMostGroups = 200;  // besides the default group
constexpr Range kNameLength{2, 64};
constexpr Range kDescriptionLength{0, 1024};

void require_free_group_name(const Instance& instance, const std::string& name,
                             const std::string& but) {
  for (const auto& [id, group] : instance.groups) {
    if (group.name == name && id != but) {
      refuse(instance.world.switches.value("sm_duplicate_name_status"),
             "A secret group with the same name already exists: " + name);
    }
  }
}

Response create_group(Instance& instance, const Request& request) {
  const Json body = parse_json_object(request);
  const Fields fields(body);
  Group group{.id = instance.world.ids.uuid(),
              .name = fields.name("name", kNameLength),
              .description = fields.maybe_text("description", kDescriptionLength).value_or(""),
              .created_at = instance.now(),
              .updated_at = instance.now()};
  require_free_group_name(instance, group.name, "");
  if (instance.groups.size() > kMostGroups) {
    refuse(400, "The number of secret groups reached the maximum.");
  }
  const auto at = instance.groups.emplace(group.id, std::move(group)).first;
  return Response::json(201, group_view(instance, at->second));
}

Response list_groups(const Instance& instance) {
  Json groups = Json::array();
  for (const auto& [id, group] : instance.groups) groups.push_back(group_view(instance, group));
  const auto total = groups.size();
  return Response::json(200, {{"secret_groups", std::move(groups)}, {"total_count", total}});
}

Response patch_group(Instance& instance, const Request& request, const std::string& id) {
  Group& group = instance.group(id);
  const Json body = parse_json_object(request);
  const Fields fields(body);
  Group changed = group;
  if (fields.mentions("name")) {
    if (group.id == kDefaultGroup) refuse(400, "The default secret group keeps its name.");
    changed.name = fields.name("name", kNameLength);
    require_free_group_name(instance, changed.name, group.id);
  }
  if (fields.mentions("description")) {
    changed.description = fields.maybe_text("description", kDescriptionLength).value_or("");
  }
  changed.updated_at = instance.now();
  group = std::move(changed);
  return Response::json(200, group_view(instance, group));
}

Response delete_group(Instance& instance, const std::string& id) {
  const std::string inner = instance.group(id).id;
  if (inner == kDefaultGroup) refuse(400, "The default secret group cannot be deleted.");
  const bool used = std::any_of(instance.secrets.begin(), instance.secrets.end(),
                                [&](const auto& one) { return one.second.group_id == inner; });
  if (used) {
    refuse(instance.world.switches.value("sm_group_not_empty_status"),
           "The secret group still holds secrets.");
  }
  instance.groups.erase(inner);
  return Response::empty(204);
}

}  // namespace

void add_group_routes(Router& router, Instance& instance) {
  const std::string all = "/api/v2/secret_groups";
  const std::string one = all + "/{id}";
  router.on("POST", all, [&instance](const Request& request, const Params&) {
    return create_group(instance, request);
  });
  router.on("GET", all,
            [&instance](const Request&, const Params&) { return list_groups(instance); });
  router.on("GET", one, [&instance](const Request&, const Params& params) {
    return Response::json(200, group_view(instance, instance.group(params.at("id"))));
  });
  router.on("PATCH", one, [&instance](const Request& request, const Params& params) {
    return patch_group(instance, request, params.at("id"));
  });
  router.on("DELETE", one, [&instance](const Request&, const Params& params) {
    return delete_group(instance, params.at("id"));
  });
}

}  // namespace localcloud::sm

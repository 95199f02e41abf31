#include "hack/localcloud/rc/resource_controller.h"

#include <algorithm>

#include "hack/localcloud/rc/listing.h"

namespace localcloud {
namespace {

using rc::Instance;
using rc::invalid;
using rc::Key;
using rc::Refusal;

constexpr std::chrono::hours kReclaimAfter{7 * 24};

// Both forms of an id name the same thing: "crn:...:<guid>::" and the GUID.
std::string guid_of(const std::string& id) {
  const auto crn = parse_crn(id);
  if (!crn) return id;
  return crn->resource.empty() ? crn->instance : crn->resource;
}

}  // namespace

ResourceController::ResourceController(World& world, Service& groups)
    : world_(world), groups_(groups) {
  Switches& switches = world.switches;
  switches.declare("rc_provision_ms", 500, "how long a new or changed instance is in progress");
  switches.declare("rc_new_state", "provisioning", "state of an instance in its provisioning",
                   one_of({"provisioning", "pre_provisioning", "inactive"}));
  switches.declare("rc_provisioning_fails", false, "whether instances ordered here end as failed");
  switches.declare("rc_create_status", 202, "status of a create that is accepted",
                   one_of({201, 202}));
  switches.declare("rc_update_status", 200, "status of an update", one_of({200, 202}));
  switches.declare("rc_delete_status", 202, "status of a delete", one_of({202, 204}));
  switches.declare("rc_deleted_status", 410, "status of a second delete", one_of({404, 410}));
  switches.declare("rc_same_name", true, "whether a second instance may have the same name");
  switches.declare("rc_one_lite_instance", false,
                   "whether an account has one lite instance of Event Notifications at most");
  const Seed& seed = world.seed;
  add_seed(seed.sm_crn(), "localcloud-secrets-manager", "standard");
  add_seed(seed.en_crn(), "localcloud-event-notifications", "standard");
  add_instance_routes();
  add_key_routes();
  add_reclamation_routes();
}

void ResourceController::add_seed(const std::string& crn, const std::string& name,
                                  const std::string& plan) {
  const auto parts = parse_crn(crn).value_or(Crn{});
  const Time now = world_.clock.now();
  Instance seed{.guid = parts.instance, .name = name};
  seed.offering = catalog::find_offering(parts.service);
  seed.plan = catalog::plan_id(parts.service, plan);
  seed.region = parts.region;
  seed.resource_group = world_.seed.resource_group;
  seed.parameters = {{"service-endpoints", "public-and-private"}};
  seed.created = seed.updated = seed.operation_done = now;
  instances_.push_back(std::make_shared<Instance>(std::move(seed)));
}

Response ResourceController::handle(const Request& request) {
  if (request.path.size() > 1 && request.path[1] == "resource_groups") {
    return groups_.handle(request);
  }
  try {
    if (world_.authority->refuse(request)) {
      throw Refusal{401, "RC-IamTokenInvalid", "The token is missing, expired or not valid."};
    }
    if (auto response = router_.route(request)) return std::move(*response);
    throw rc::not_found("path");
  } catch (const Refusal& refusal) {
    return error(refusal);
  } catch (const HttpError&) {
    return error(invalid("The body is not a JSON object."));
  }
}

Response ResourceController::error(const Refusal& refusal) {
  return Response::json(refusal.status, {{"error_code", refusal.code},
                                         {"message", refusal.message},
                                         {"status_code", refusal.status},
                                         {"transaction_id", "bss-" + world_.ids.hex(16)},
                                         {"details", refusal.message}});
}

Instance& ResourceController::find(const std::string& id) {
  const std::string guid = guid_of(id);
  for (const auto& instance : instances_) {
    const bool removed = instance->state(world_.clock.now(), "") == "removed";
    if (instance->guid == guid && !removed) return *instance;
  }
  throw rc::not_found("instance");
}

Instance& ResourceController::find_alive(const std::string& id) {
  const std::string guid = guid_of(id);
  for (const auto& instance : instances_) {
    if (instance->guid != guid) continue;
    if (!instance->deleted) return *instance;
    throw Refusal{world_.switches.value("rc_deleted_status").get<int>(), "RC-InstanceGone",
                  "The instance is deleted."};
  }
  throw rc::not_found("instance");
}

Response ResourceController::answer(int status, const Instance& instance) const {
  return Response::json(status, rc::view(instance, world_));
}

std::chrono::milliseconds ResourceController::operation_time() const {
  return std::chrono::milliseconds(std::clamp<std::int64_t>(
      world_.switches.value("rc_provision_ms").get<std::int64_t>(), 0, 3'600'000));
}

void ResourceController::begin(Instance& instance, const std::string& operation,
                               std::chrono::milliseconds wait) {
  instance.operation = operation;
  instance.updated = world_.clock.now();
  instance.operation_done = instance.updated + wait;
}

void ResourceController::add_instance_routes() {
  const std::string all = "/v2/resource_instances";
  const std::string one = all + "/{id}";
  router_.on("POST", all,
             [this](const Request& request, const Params&) { return create(request); });
  router_.on("GET", all, [this](const Request& request, const Params&) {
    std::vector<Json> documents;
    for (const auto& instance : instances_) documents.push_back(rc::view(*instance, world_));
    return rc::list_page(request, documents);
  });
  router_.on("GET", one, [this](const Request&, const Params& params) {
    return answer(200, find(params.at("id")));
  });
  router_.on("PATCH", one, [this](const Request& request, const Params& params) {
    return update(request, params);
  });
  router_.on("DELETE", one, [this](const Request& request, const Params& params) {
    return erase(request, params);
  });
  for (const auto& [verb, value] : {std::pair{"POST", true}, std::pair{"DELETE", false}}) {
    router_.on(verb, one + "/lock", [this, value = value](const Request&, const Params& params) {
      Instance& instance = find_alive(params.at("id"));
      instance.locked = value;
      return answer(200, instance);
    });
  }
  for (const char* children : {"/resource_aliases", "/resource_bindings"}) {
    router_.on("GET", one + children, [this](const Request& request, const Params& params) {
      find(params.at("id"));
      return rc::list_page(request, {});
    });
  }
}

Response ResourceController::erase(const Request& request, const Params& params) {
  Instance& instance = find_alive(params.at("id"));
  if (instance.locked) throw Refusal{422, "RC-Locked", "The instance is locked."};
  const auto owned = [&](const Key& key) { return key.instance == instance.guid; };
  const bool recursive = request.query_value("recursive").value_or("false") == "true";
  if (!recursive && std::any_of(keys_.begin(), keys_.end(), owned)) {
    throw Refusal{400, "RC-KeysExist", "The instance has keys: delete them or say recursive."};
  }
  remove(instance);
  return Response::empty(world_.switches.value("rc_delete_status").get<int>());
}

bool ResourceController::give_back(const std::string& guid) {
  Instance& instance = find_alive(guid);
  if (!instance.locked) remove(instance);
  return !instance.locked;
}

void ResourceController::remove(Instance& instance) {
  const auto owned = [&](const Key& key) { return key.instance == instance.guid; };
  for (const Key& key : keys_) {
    if (owned(key)) effects_.drop_api_key(key.api_key);
  }
  std::erase_if(keys_, owned);
  instance.deleted = world_.clock.now();
  instance.reclaim_at = *instance.deleted + kReclaimAfter;
  instance.reclamation = world_.ids.uuid();
  begin(instance, "delete", operation_time());
  effects_.deleted(instance.crn(world_.seed.account));
}

Instance& ResourceController::find_reclaimable(const std::string& reclamation) {
  for (const auto& instance : instances_) {
    const bool pending = instance->state(world_.clock.now(), "") == "pending_reclamation";
    if (pending && instance->reclamation == reclamation) return *instance;
  }
  throw rc::not_found("reclamation");
}

void ResourceController::add_reclamation_routes() {
  router_.on("GET", "/v1/reclamations", [this](const Request& request, const Params&) {
    Json found = Json::array();
    for (const auto& instance : instances_) {
      if (instance->state(world_.clock.now(), "") != "pending_reclamation") continue;
      const Json view = rc::reclamation_view(*instance, world_);
      const auto fits = [&](const char* name) {
        const auto wanted = request.query_value(name);
        return !wanted || view.at(name) == guid_of(*wanted);
      };
      if (fits("account_id") && fits("resource_instance_id") && fits("resource_group_id")) {
        found.push_back(view);
      }
    }
    return Response::json(200, {{"resources", found}});
  });
  router_.on("POST", "/v1/reclamations/{id}/actions/{action}",
             [this](const Request&, const Params& params) { return act(params); });
}

Response ResourceController::act(const Params& params) {
  Instance& instance = find_reclaimable(params.at("id"));
  Json view = rc::reclamation_view(instance, world_);
  if (params.at("action") == "reclaim") {
    instance.reclaim_at = world_.clock.now();
    view["state"] = "RECLAIMING";
  } else if (params.at("action") == "restore") {
    instance.deleted.reset();
    instance.restored = world_.clock.now();
    begin(instance, "update", operation_time());
    effects_.restored(instance.crn(world_.seed.account));
    view["state"] = "RESTORING";
  } else {
    throw invalid("The action is reclaim or restore.");
  }
  return Response::json(200, view);
}

}  // namespace localcloud

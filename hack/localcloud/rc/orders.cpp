#include <algorithm>
#include <cctype>

#include "hack/localcloud/rc/listing.h"
#include "hack/localcloud/rc/resource_controller.h"

// What is asked for: new instances, changes, and keys.
namespace localcloud {
namespace {

using rc::Instance;
using rc::invalid;
using rc::Key;
using rc::Refusal;

constexpr std::size_t kLongestName = 180;
constexpr char kEndpoints[] = "service-endpoints";

std::string text_of(const Json& body, const std::string& name) {
  const Json value = body.value(name, Json());
  if (!value.is_string() || value.get<std::string>().empty()) throw invalid(name + " is required.");
  return value.get<std::string>();
}

std::string name_of(const Json& body) {
  const std::string name = text_of(body, "name");
  const bool good =
      name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view(" -._:").find(static_cast<char>(c)) != std::string_view::npos;
      });
  if (!good) throw invalid("The name is too long or has characters that are not allowed.");
  return name;
}

// A region's id, or the CRN of a deployment: "...:deployment:<plan>%3A<region>".
std::string region_of(const std::string& target, const catalog::Offering& offering) {
  const auto escaped = target.rfind("%3A");
  const auto colon = target.rfind(':');
  std::string region = target;
  if (escaped != std::string::npos) {
    region = target.substr(escaped + 3);
  } else if (colon != std::string::npos) {
    region = target.substr(colon + 1);
  }
  const auto& all = offering.regions;
  if (std::find(all.begin(), all.end(), region) == all.end()) {
    throw Refusal{400, "RC-TargetNotFound", "The target is not one of this plan."};
  }
  return region;
}

Json parameters_of(const Json& body, const catalog::Offering& offering, Json standard) {
  const Json given = body.value("parameters", Json::object());
  if (!given.is_object()) throw invalid("parameters must be an object.");
  standard.update(given);
  if (offering.name != "secrets-manager") return standard;
  // New instances of Secrets Manager have the private endpoint alone, unless told otherwise.
  const Json endpoints = standard.value(kEndpoints, Json("private-only"));
  if (endpoints != "private-only" && endpoints != "public-and-private") {
    throw rc::broker(400, "service-endpoints is not valid.");
  }
  standard[kEndpoints] = endpoints;
  return standard;
}

bool flag_of(const Json& body, const std::string& name, bool otherwise) {
  const Json value = body.value(name, Json(otherwise));
  if (!value.is_boolean()) throw invalid(name + " must be true or false.");
  return value.get<bool>();
}

}  // namespace

Instance ResourceController::read_order(const Json& body) const {
  Instance order{.name = name_of(body)};
  order.plan = text_of(body, "resource_plan_id");
  order.offering = catalog::find_offering_of_plan(order.plan);
  if (order.offering == nullptr) {
    throw Refusal{400, "RC-PlanNotFound", "There is no such plan."};
  }
  order.region = region_of(text_of(body, "target"), *order.offering);
  order.resource_group = text_of(body, "resource_group");
  if (order.resource_group != world_.seed.resource_group) {
    throw Refusal{400, "RC-ResourceGroupNotFound", "There is no such resource group."};
  }
  order.parameters = parameters_of(body, *order.offering, Json::object());
  order.allow_cleanup = flag_of(body, "allow_cleanup", false);
  return order;
}

// A trial stays taken until it is reclaimed.
void ResourceController::refuse_beyond_quota(const Instance& order) const {
  const std::string plan = order.offering->plan(order.plan)->name;
  const bool single =
      plan == "trial" || (plan == "lite" && world_.switches.on("rc_one_lite_instance"));
  for (const auto& other : instances_) {
    if (other->state(world_.clock.now(), "") == "removed") continue;
    if (single && other->plan == order.plan) {
      throw rc::broker(409, "The account has an instance of this plan already.");
    }
    if (other->deleted || world_.switches.on("rc_same_name")) continue;
    if (other->name == order.name && other->offering == order.offering) {
      throw Refusal{409, "RC-NameTaken", "An instance of this name exists already."};
    }
  }
}

Response ResourceController::create(const Request& request) {
  Instance order = read_order(parse_json_object(request));
  refuse_beyond_quota(order);
  effects_.ordering(order);
  order.locked = request.header("entity-lock") == "true";
  order.failed = world_.switches.on("rc_provisioning_fails");
  const Instance& made = take(std::move(order), operation_time());
  return answer(world_.switches.value("rc_create_status").get<int>(), made);
}

const Instance& ResourceController::take(Instance order, std::chrono::milliseconds wait) {
  if (order.guid.empty()) order.guid = world_.ids.uuid();
  order.created = world_.clock.now();
  begin(order, "create", wait);
  const auto& made = instances_.emplace_back(std::make_shared<Instance>(std::move(order)));
  effects_.created(made);
  return *made;
}

Response ResourceController::update(const Request& request, const Params& params) {
  Instance& instance = find_alive(params.at("id"));
  const Json body = parse_json_object(request);
  if (instance.locked) throw Refusal{422, "RC-Locked", "The instance is locked."};
  Instance next = instance;
  if (body.contains("name")) next.name = name_of(body);
  next.parameters = parameters_of(body, *instance.offering, instance.parameters);
  next.allow_cleanup = flag_of(body, "allow_cleanup", instance.allow_cleanup);
  if (body.contains("resource_plan_id")) {
    next.plan = text_of(body, "resource_plan_id");
    const catalog::Plan* plan = next.offering->plan(next.plan);
    if (plan == nullptr) throw Refusal{400, "RC-PlanNotFound", "There is no such plan."};
    if (plan->name == "lite" && next.plan != instance.plan) {
      throw rc::broker(400, "The plan cannot be changed to lite.");
    }
  }
  effects_.ordering(next);
  begin(next, "update", operation_time());
  instance = next;
  effects_.changed(instance);
  return answer(world_.switches.value("rc_update_status").get<int>(), instance);
}

Key& ResourceController::find_key(const std::string& id) {
  const std::string guid = parse_crn(id).value_or(Crn{.resource = id}).resource;
  for (Key& key : keys_) {
    if (key.guid == guid) return key;
  }
  throw rc::not_found("key");
}

Response ResourceController::create_key(const Request& request) {
  const Json body = parse_json_object(request);
  const Instance& source = find_alive(text_of(body, "source"));
  Key key{.guid = world_.ids.uuid(), .name = name_of(body), .instance = source.guid};
  key.role = body.contains("role") ? text_of(body, "role")
                                   : "crn:v1:bluemix:public:iam::::serviceRole:Manager";
  key.created = world_.clock.now();
  key.api_key = effects_.new_api_key(key.name);
  keys_.push_back(key);
  return Response::json(201, rc::view(key, source, world_));
}

void ResourceController::add_key_routes() {
  const std::string all = "/v2/resource_keys";
  const std::string one = all + "/{id}";
  const auto list = [this](const Request& request, const std::string& instance) {
    std::vector<Json> documents;
    for (const Key& key : keys_) {
      if (!instance.empty() && key.instance != instance) continue;
      documents.push_back(rc::view(key, find(key.instance), world_));
    }
    return rc::list_page(request, documents);
  };
  router_.on("POST", all,
             [this](const Request& request, const Params&) { return create_key(request); });
  router_.on("GET", all,
             [list](const Request& request, const Params&) { return list(request, ""); });
  router_.on("GET", "/v2/resource_instances/{id}/resource_keys",
             [this, list](const Request& request, const Params& params) {
               return list(request, find(params.at("id")).guid);
             });
  router_.on("GET", one, [this](const Request&, const Params& params) {
    const Key& key = find_key(params.at("id"));
    return Response::json(200, rc::view(key, find(key.instance), world_));
  });
  router_.on("PATCH", one, [this](const Request& request, const Params& params) {
    Key& key = find_key(params.at("id"));
    key.name = name_of(parse_json_object(request));
    return Response::json(200, rc::view(key, find(key.instance), world_));
  });
  router_.on("DELETE", one, [this](const Request&, const Params& params) {
    const Key gone = find_key(params.at("id"));
    effects_.drop_api_key(gone.api_key);
    std::erase_if(keys_, [&gone](const Key& key) { return key.guid == gone.guid; });
    return Response::empty(204);
  });
}

}  // namespace localcloud

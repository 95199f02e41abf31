#include "hack/localcloud/iam/policies.h"

#include <algorithm>

#include "hack/localcloud/frame/number.h"
#include "hack/localcloud/frame/url.h"
#include "hack/localcloud/iam/records.h"

namespace localcloud::iam {
namespace {

constexpr std::size_t kLargestPage = 1000;

std::string path_of(Version version) {
  return version == Version::kV1 ? "/v1/policies" : "/v2/policies";
}

Attribute equals(const std::string& key, const std::string& value) {
  return {.key = key, .value = value};
}

std::size_t number_of(const Request& request, const std::string& name, std::size_t otherwise) {
  const auto given = request.query_value(name);
  if (!given) return otherwise;
  const auto number = whole_number<std::size_t>(*given);
  if (!number) throw invalid(name + " must be a number.");
  return *number;
}

// Query parameter -> what it is compared with.
bool selected(const Policy& policy, const Request& request) {
  const std::pair<const char*, std::string> members[] = {
      {"type", policy.type},
      {"iam_id", attribute_of(policy.subject, "iam_id")},
      {"access_group_id", attribute_of(policy.subject, "access_group_id")},
      {"service_name", attribute_of(policy.resource, "serviceName")},
      {"service_type", attribute_of(policy.resource, "serviceType")},
      {"service_group_id", attribute_of(policy.resource, "service_group_id")}};
  if (policy.state != request.query_value("state").value_or("active")) return false;
  return std::all_of(std::begin(members), std::end(members), [&request](const auto& member) {
    const auto wanted = request.query_value(member.first);
    return !wanted || *wanted == member.second;
  });
}

void sort_by(std::vector<const Policy*>& found, std::string order) {
  const bool falling = !order.empty() && order.front() == '-';
  if (falling) order.erase(0, 1);
  const auto key = [&order](const Policy* policy) -> std::string {
    if (order == "type") return policy->type;
    if (order == "created_at") return policy->created_at;
    if (order == "last_modified_at") return policy->modified_at;
    if (order == "state") return policy->state;
    if (order == "created_by_id" || order == "last_modified_by_id") return policy->author;
    return policy->id;
  };
  std::stable_sort(found.begin(), found.end(), [&](const Policy* left, const Policy* right) {
    return falling ? key(right) < key(left) : key(left) < key(right);
  });
}

Json page_link(const Request& request, Version version, std::size_t limit, std::size_t start) {
  std::string url = request.base_url + path_of(version) + "?limit=" + std::to_string(limit);
  for (const auto& [name, value] : request.query) {
    if (name == "limit" || name == "start") continue;
    url += "&" + percent_encode(name) + "=" + percent_encode(value);
  }
  if (start == 0) return {{"href", url}};
  const std::string token = std::to_string(start);
  return {{"href", url + "&start=" + token}, {"start", token}};
}

bool side_allows(const std::vector<Attribute>& side, const Crn& crn, const std::string& group) {
  const std::map<std::string, std::string> facts = {
      {"accountId", crn.account},          {"serviceName", crn.service},
      {"serviceInstance", crn.instance},   {"region", crn.region},
      {"resourceType", crn.resource_type}, {"resource", crn.resource},
      {"resourceGroupId", group}};
  return std::all_of(side.begin(), side.end(), [&facts](const Attribute& one) {
    const auto fact = facts.find(one.key);
    const std::string value = fact == facts.end() ? std::string{} : fact->second;
    if (one.value.is_boolean()) return one.value.get<bool>() == !value.empty();
    return one.value == value || (one.comparison == "stringMatch" && one.value == "*");
  });
}

}  // namespace

Policies::Policies(World& world) : world_(world) {
  declare_role_switches(world.switches);
  world.switches.declare("iam_policy_lag_ms", 0,
                         "how long a new policy is neither seen nor has effect");
  world.switches.declare("iam_policy_page_size", 50,
                         "policies of a page when no limit is asked for", from_to(1, 1000));
  world.switches.declare("iam_covered_policy_conflict", false,
                         "whether a policy conflicts with a broader one, not with an equal only");
  const Seed& seed = world.seed;
  Policy policy{
      .type = "authorization",
      .description = "Secrets Manager may send events",
      .subject = {equals("accountId", seed.account), equals("serviceName", "secrets-manager"),
                  equals("serviceInstance", seed.sm_instance)},
      .resource = {equals("accountId", seed.account), equals("serviceName", "event-notifications"),
                   equals("serviceInstance", seed.en_instance)}};
  for (const Role& role : service_roles("event-notifications", world.switches)) {
    if (role.name == "Event Source Manager") policy.roles.push_back(role.crn);
  }
  policy.id = world.ids.uuid();
  policy.etag = next_tag(1);
  policy.created_at = policy.modified_at = rfc3339(world.clock.now());
  policy.author = "iam-localcloud";
  all_.push_back(std::move(policy));
}

void Policies::add_routes(Router& router) {
  for (const Version version : {Version::kV1, Version::kV2}) {
    const std::string all = path_of(version);
    const std::string one = all + "/{id}";
    router.on("POST", all, [this, version](const Request& request, const Params&) {
      return create(request, version);
    });
    router.on("GET", all, [this, version](const Request& request, const Params&) {
      return list(request, version);
    });
    router.on("GET", one, [this, version](const Request& request, const Params& params) {
      return get(request, params, version);
    });
    router.on("PUT", one, [this, version](const Request& request, const Params& params) {
      return replace(request, params, version);
    });
    router.on("DELETE", one,
              [this](const Request&, const Params& params) { return erase(params); });
  }
  router.on("PATCH", "/v1/policies/{id}", [this](const Request& request, const Params& params) {
    return restore(request, params);
  });
  router.on("GET", "/v2/roles", [this](const Request& request, const Params&) {
    return Response::json(
        200, describe_roles(request.query_value("service_name").value_or(""), world_.switches));
  });
}

std::string Policies::next_tag(int generation) {
  return std::to_string(generation) + "-" + world_.ids.hex(32);
}

Policy& Policies::find(const Params& params) {
  for (Policy& policy : all_) {
    if (policy.id == params.at("id") && visible(policy)) return policy;
  }
  throw Refusal{404, "policy_not_found", "There is no such policy.", {}};
}

Response Policies::answer(int status, const Policy& policy, const Request& request,
                          Version version) const {
  const std::string url = request.base_url + path_of(version) + "/" + policy.id;
  Response response = Response::json(status, policy_view(policy, version, url, world_.switches));
  response.headers.emplace_back("ETag", policy.etag);
  return response;
}

// The answer holds the whole policy that is in the way, as the real one does.
void Policies::refuse_conflict(const Policy& policy, const Request& request,
                               Version version) const {
  const bool broad = world_.switches.on("iam_covered_policy_conflict");
  for (const Policy& other : all_) {
    if (other.id == policy.id || other.state != "active") continue;
    if (!other.equals(policy) && !(broad && other.covers(policy))) continue;
    const std::string url = request.base_url + path_of(version) + "/" + other.id;
    throw Refusal{
        409,
        "policy_conflict_error",
        "The policy conflicts with an existing one.",
        {{"conflicts_with",
          {{"etag", other.etag}, {"policy", policy_view(other, version, url, world_.switches)}}}}};
  }
}

Response Policies::create(const Request& request, Version version) {
  Policy policy = parse_policy(parse_json_object(request), version, world_.switches);
  refuse_conflict(policy, request, version);
  const auto lag = world_.switches.value("iam_policy_lag_ms").get<std::int64_t>();
  policy.id = world_.ids.uuid();
  policy.etag = next_tag(1);
  policy.created_at = policy.modified_at = rfc3339(world_.clock.now());
  policy.author = "iam-localcloud";
  policy.visible_from =
      world_.clock.now() + std::chrono::milliseconds(std::clamp<std::int64_t>(lag, 0, 3'600'000));
  all_.push_back(policy);
  return answer(201, policy, request, version);
}

Response Policies::list(const Request& request, Version version) {
  const auto account = request.query_value("account_id");
  if (!account) {
    throw Refusal{400, "missing_required_query_parameter", "account_id is required.", {}};
  }
  std::vector<const Policy*> found;
  for (const Policy& policy : all_) {
    // Who may see nothing gets nothing, not a refusal.
    if (*account == world_.seed.account && visible(policy) && selected(policy, request)) {
      found.push_back(&policy);
    }
  }
  if (const auto order = request.query_value("sort")) sort_by(found, *order);
  const auto standard = world_.switches.value("iam_policy_page_size").get<std::size_t>();
  const std::size_t limit = number_of(request, "limit", standard);
  if (limit < 1 || limit > kLargestPage) throw invalid("limit must be 1 to 1,000.");
  const std::size_t start = std::min(number_of(request, "start", 0), found.size());
  const std::size_t end = start + std::min(limit, found.size() - start);
  Json body{{"limit", limit}, {"first", page_link(request, version, limit, 0)}};
  body["policies"] = Json::array();
  for (std::size_t i = start; i < end; ++i) {
    const std::string url = request.base_url + path_of(version) + "/" + found[i]->id;
    body["policies"].push_back(policy_view(*found[i], version, url, world_.switches));
  }
  if (start > 0) {
    body["previous"] = page_link(request, version, limit, start - std::min(limit, start));
  }
  if (end < found.size()) body["next"] = page_link(request, version, limit, end);
  return Response::json(200, body);
}

Response Policies::get(const Request& request, const Params& params, Version version) {
  return answer(200, find(params), request, version);
}

Response Policies::replace(const Request& request, const Params& params, Version version) {
  Policy& policy = find(params);
  check_tag(request, policy.etag, world_);
  Policy next = parse_policy(parse_json_object(request), version, world_.switches);
  next.id = policy.id;
  refuse_conflict(next, request, version);
  next.state = policy.state;
  next.etag = next_tag(2);
  next.created_at = policy.created_at;
  next.modified_at = rfc3339(world_.clock.now());
  next.author = policy.author;
  next.visible_from = policy.visible_from;
  policy = std::move(next);
  return answer(200, policy, request, version);
}

Response Policies::restore(const Request& request, const Params& params) {
  Policy& policy = find(params);
  check_tag(request, policy.etag, world_);
  if (parse_json_object(request).value("state", Json()) != "active") {
    throw invalid("state must be active.");
  }
  policy.state = "active";
  policy.etag = next_tag(3);
  policy.modified_at = rfc3339(world_.clock.now());
  return answer(200, policy, request, Version::kV1);
}

Response Policies::erase(const Params& params) {
  Policy& policy = find(params);
  if (policy.state == "deleted") {
    throw Refusal{404, "policy_not_found", "There is no such policy.", {}};
  }
  policy.state = "deleted";
  policy.etag = next_tag(2);
  return Response::empty(204);
}

void Policies::forget_instance(const std::string& guid) {
  std::erase_if(all_, [&guid](const Policy& policy) {
    return policy.type == "authorization" &&
           (attribute_of(policy.subject, "serviceInstance") == guid ||
            attribute_of(policy.resource, "serviceInstance") == guid);
  });
}

bool Policies::allows(const Crn& source, const Crn& target, const std::string& role) const {
  const std::string& group = world_.seed.resource_group;
  return std::any_of(all_.begin(), all_.end(), [&](const Policy& policy) {
    return policy.type == "authorization" && policy.state == "active" && visible(policy) &&
           side_allows(policy.subject, source, group) &&
           side_allows(policy.resource, target, group) &&
           std::any_of(policy.roles.begin(), policy.roles.end(), [&](const std::string& crn) {
             const auto granted = granted_role(crn, target.service, world_.switches);
             return granted && granted->name == role;
           });
  });
}

}  // namespace localcloud::iam

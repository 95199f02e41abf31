#include "hack/localcloud/iam/identities.h"

#include <algorithm>

namespace localcloud::iam {
namespace {

constexpr char kServiceId[] = "ServiceId-0f6e5f3a-9c0b-4d57-8f0e-2f4c7a1b6d90";
constexpr char kHidden[] = "apikey";

// A key's value is told once, when it is made.
Json key_view(const Json& key) {
  Json view = key;
  view[kHidden] = "";
  return view;
}

bool value_is(const Json& record, const Request& request, const std::string& name) {
  const auto wanted = request.query_value(name);
  return !wanted || record.value(name, "") == *wanted;
}

Records select(const Records& records, const Request& request,
               std::initializer_list<const char*> names) {
  Records found;
  for (const Json& record : records) {
    if (std::all_of(names.begin(), names.end(),
                    [&](const char* name) { return value_is(record, request, name); })) {
      found.push_back(record);
    }
  }
  return found;
}

}  // namespace

Identities::Identities(World& world) : world_(world) {
  declare_record_switches(world.switches);
  world.switches.declare("iam_profile_conflict_status", 409,
                         "status of a trusted profile whose name is in use", refusal_status());
  world.switches.declare("iam_trust_lag_ms", 0,
                         "how long new links and rules of profiles have no effect");
  const Seed& seed = world.seed;
  Json& service_id = service_ids_.emplace_back(create_service_id({{"name", "certloop"}}));
  service_id["id"] = kServiceId;
  service_id["iam_id"] = "iam-" + std::string(kServiceId);
  service_id["crn"] = crn("serviceid", kServiceId);
  keys_.push_back(create_key({{"name", "certloop"}, {"apikey", seed.api_key}},
                             "iam-" + std::string(kServiceId)));
  Json& profile = profiles_.emplace_back(create_profile({{"name", seed.trusted_profile_name}}));
  profile["id"] = seed.trusted_profile_id;
  profile["iam_id"] = "iam-" + seed.trusted_profile_id;
  profile["crn"] = crn("profile", seed.trusted_profile_id);
  create_link(seed.trusted_profile_id, {{"cr_type", "CE"},
                                        {"name", "certloop"},
                                        {"link",
                                         {{"crn", seed.project_a_crn()},
                                          {"component_type", "application"},
                                          {"component_name", seed.trusted_component}}}});
  // Made long ago: no lag holds it.
  links_[seed.trusted_profile_id].front()["created_at"] =
      rfc3339(world.clock.now() - std::chrono::hours(24));
}

std::string Identities::crn(const std::string& kind, const std::string& id) const {
  return "crn:v1:bluemix:public:iam-identity::a/" + world_.seed.account + "::" + kind + ":" + id;
}

bool Identities::effective(const Json& record) const {
  const auto lag = world_.switches.value("iam_trust_lag_ms").get<std::int64_t>();
  const Time made = parse_rfc3339(record.at("created_at").get<std::string>());
  return lag <= 0 || made + std::chrono::milliseconds(lag) <= world_.clock.now();
}

void Identities::add_routes(Router& router) {
  add_key_routes(router);
  add_service_id_routes(router);
  add_profile_routes(router);
  add_link_routes(router);
  add_rule_routes(router);
  add_trusted_identity_routes(router);
}

std::optional<Identity> Identities::owner_of(const std::string& key) const {
  const Json* found = find_by(keys_, kHidden, key);
  if (found == nullptr) return std::nullopt;
  if (found->at("disabled").get<bool>()) {
    throw Refusal{400, "BXNIM0000E", "Provided API key is disabled.", {}};
  }
  const std::string iam_id = found->at("iam_id").get<std::string>();
  const Json* service_id = find_by(service_ids_, "iam_id", iam_id);
  const bool is_service = service_id != nullptr;
  return Identity{iam_id.substr(4), is_service ? "ServiceId" : "User",
                  is_service ? service_id->at("name").get<std::string>() : iam_id};
}

Json Identities::create_key(const Json& body, const std::string& iam_id) {
  Json key = texts_of(body, {"description"});
  key["name"] = required_text(body, "name");
  const std::string value = texts_of(body, {kHidden}).value(kHidden, "");
  key[kHidden] = value.empty() ? world_.ids.hex(44) : value;
  if (find_by(keys_, kHidden, key[kHidden].get<std::string>()) != nullptr) {
    throw invalid("This API key exists already.");
  }
  key["iam_id"] = iam_id;
  key["account_id"] = world_.seed.account;
  key["created_by"] = iam_id;
  key["locked"] = false;
  key["disabled"] = false;
  Records one;
  const std::string id = "ApiKey-" + world_.ids.uuid();
  key["crn"] = crn("apikey", id);
  return add_record(one, id, std::move(key), world_);
}

std::string Identities::new_key(const std::string& name) {
  keys_.push_back(create_key({{"name", name}}, "iam-" + std::string(kServiceId)));
  return keys_.back().at(kHidden).get<std::string>();
}

void Identities::drop_key(const std::string& value) {
  std::erase_if(keys_, [&value](const Json& key) { return key.at(kHidden) == value; });
}

Response Identities::describe_key(const Request& request) {
  const Json* key = find_by(keys_, kHidden, request.header("iam-apikey"));
  if (key == nullptr) throw not_found("There is no such API key.");
  return Response::json(200, key_view(*key));
}

void Identities::add_key_routes(Router& router) {
  const std::string one = "/v1/apikeys/{id}";
  router.on("POST", "/v1/apikeys", [this](const Request& request, const Params&) {
    const Json body = parse_json_object(request);
    keys_.push_back(create_key(body, required_text(body, "iam_id")));
    return Response::json(201, keys_.back());
  });
  router.on("GET", "/v1/apikeys", [this](const Request& request, const Params&) {
    Records found;
    for (const Json& key : select(keys_, request, {"account_id", "iam_id"})) {
      found.push_back(key_view(key));
    }
    return record_page(request, "apikeys", found, world_);
  });
  router.on("GET", "/v1/apikeys/details",
            [this](const Request& request, const Params&) { return describe_key(request); });
  router.on("GET", one, [this](const Request&, const Params& params) {
    return Response::json(200, key_view(find_record(keys_, params.at("id"), "API key")));
  });
  router.on("PUT", one, [this](const Request& request, const Params& params) {
    Json& key = find_record(keys_, params.at("id"), "API key");
    check_tag(request, key.at("entity_tag").get<std::string>(), world_);
    key.update(texts_of(parse_json_object(request), {"name", "description"}));
    touch(key, world_);
    return Response::json(200, key_view(key));
  });
  router.on("DELETE", one, [this](const Request&, const Params& params) {
    if (find_record(keys_, params.at("id"), "API key").at("locked").get<bool>()) {
      throw invalid("A locked API key cannot be deleted.");
    }
    erase_record(keys_, params.at("id"), "API key");
    return Response::empty(204);
  });
  for (const auto& [verb, value] : {std::pair{"POST", true}, std::pair{"DELETE", false}}) {
    router.on(verb, one + "/lock", [this, value = value](const Request&, const Params& params) {
      Json& key = find_record(keys_, params.at("id"), "API key");
      key["locked"] = value;
      return Response::json(200, key_view(key));
    });
    router.on(verb, one + "/disable", [this, value = value](const Request&, const Params& params) {
      find_record(keys_, params.at("id"), "API key")["disabled"] = value;
      return Response::empty(204);
    });
  }
}

Json Identities::create_service_id(const Json& body) {
  Json content = texts_of(body, {"description"});
  content["name"] = required_text(body, "name");
  const std::string id = "ServiceId-" + world_.ids.uuid();
  content["iam_id"] = "iam-" + id;
  content["crn"] = crn("serviceid", id);
  content["account_id"] = world_.seed.account;
  content["locked"] = false;
  Records one;
  return add_record(one, id, std::move(content), world_);
}

void Identities::add_service_id_routes(Router& router) {
  const std::string one = "/v1/serviceids/{id}";
  router.on("POST", "/v1/serviceids", [this](const Request& request, const Params&) {
    const Json body = parse_json_object(request);
    service_ids_.push_back(create_service_id(body));
    Json answer = service_ids_.back();
    if (body.contains("apikey")) {
      keys_.push_back(create_key(body.at("apikey"), answer.at("iam_id").get<std::string>()));
      answer["apikey"] = keys_.back();
    }
    return Response::json(201, answer);
  });
  router.on("GET", "/v1/serviceids", [this](const Request& request, const Params&) {
    return record_page(request, "serviceids", select(service_ids_, request, {"account_id", "name"}),
                       world_);
  });
  router.on("GET", one, [this](const Request&, const Params& params) {
    return Response::json(200, find_record(service_ids_, params.at("id"), "service id"));
  });
  router.on("PUT", one, [this](const Request& request, const Params& params) {
    Json& found = find_record(service_ids_, params.at("id"), "service id");
    check_tag(request, found.at("entity_tag").get<std::string>(), world_);
    found.update(texts_of(parse_json_object(request), {"name", "description"}));
    touch(found, world_);
    return Response::json(200, found);
  });
  router.on("DELETE", one, [this](const Request&, const Params& params) {
    const Json gone = find_record(service_ids_, params.at("id"), "service id");
    erase_record(service_ids_, params.at("id"), "service id");
    std::erase_if(keys_, [&](const Json& key) { return key.at("iam_id") == gone.at("iam_id"); });
    return Response::empty(204);
  });
}

}  // namespace localcloud::iam

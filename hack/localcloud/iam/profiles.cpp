#include <algorithm>

#include "hack/localcloud/iam/identities.h"

// Trusted profiles: their links, rules and trusted identities.
namespace localcloud::iam {
namespace {

constexpr const char* kResourceTypes[] = {"VSI", "PVS", "BMS", "IKS_SA", "ROKS_SA", "CE"};

std::string resource_type_of(const Json& body) {
  const std::string type = required_text(body, "cr_type");
  const bool known = std::any_of(std::begin(kResourceTypes), std::end(kResourceTypes),
                                 [&type](const char* one) { return type == one; });
  if (!known) throw invalid("cr_type is not a type of compute resources.");
  return type;
}

// A condition's value is JSON in a text: "\"shop\"".
bool condition_holds(const Json& condition, const Json& claims) {
  const Json claim = claims.value(condition.at("claim").get<std::string>(), Json());
  const Json wanted = Json::parse(condition.at("value").get<std::string>(), nullptr, false);
  const std::string comparison = condition.at("operator").get<std::string>();
  if (comparison == "EQUALS") return claim == wanted;
  if (comparison == "NOT_EQUALS") return claim != wanted;
  if (comparison == "IN" || comparison == "NOT_IN") {
    const bool among = wanted.is_array() && std::count(wanted.begin(), wanted.end(), claim) > 0;
    return among == (comparison == "IN");
  }
  if (!claim.is_string() || !wanted.is_string() || comparison != "CONTAINS") return false;
  return claim.get<std::string>().find(wanted.get<std::string>()) != std::string::npos;
}

Json rule_of(const Json& body) {
  Json rule = texts_of(body, {"name", "realm_name", "cr_type"});
  rule["type"] = required_text(body, "type");
  if (rule["type"] != "Profile-CR" && rule["type"] != "Profile-SAML") {
    throw invalid("type must be Profile-CR or Profile-SAML.");
  }
  if (rule["type"] == "Profile-CR") resource_type_of(body);
  rule["expiration"] = body.value("expiration", Json(43200));
  rule["conditions"] = Json::array();
  const Json conditions = body.value("conditions", Json());
  if (!conditions.is_array() || conditions.empty()) throw invalid("conditions are required.");
  for (const Json& one : conditions) {
    if (!one.is_object()) throw invalid("A condition is an object.");
    const Json condition{{"claim", required_text(one, "claim")},
                         {"operator", required_text(one, "operator")},
                         {"value", required_text(one, "value")}};
    if (!Json::accept(condition.at("value").get<std::string>())) {
      throw invalid("The value of a condition is JSON in a text.");
    }
    rule["conditions"].push_back(condition);
  }
  return rule;
}

bool link_fits(const Json& link, const ComputeResource& resource) {
  if (link.at("cr_type") != "CE") return false;
  const Json& target = link.at("link");
  return target.at("crn") == resource.project_crn &&
         target.value("component_type", resource.component_type) == resource.component_type &&
         target.value("component_name", resource.component_name) == resource.component_name;
}

}  // namespace

const Json* Identities::find_profile(const Json& wanted) const {
  const auto fits = [&wanted](const Json& profile) {
    for (const auto& [member, value] : wanted.items()) {
      if (profile.at(member) != value) return false;
    }
    return !wanted.empty();
  };
  const auto found = std::find_if(profiles_.begin(), profiles_.end(), fits);
  return found == profiles_.end() ? nullptr : &*found;
}

Identity Identities::identity_of(const Json& profile) {
  return {profile.at("id").get<std::string>(), "Profile", profile.at("name").get<std::string>()};
}

bool Identities::trusts(const Json& profile, const ComputeResource& resource) const {
  const std::string id = profile.at("id").get<std::string>();
  if (const auto links = links_.find(id); links != links_.end()) {
    for (const Json& link : links->second) {
      if (effective(link) && link_fits(link, resource)) return true;
    }
  }
  const auto rules = rules_.find(id);
  if (rules == rules_.end()) return false;
  const Json claims{{"crn", resource.project_crn},
                    {"component_type", resource.component_type},
                    {"component_name", resource.component_name},
                    {"name", resource.component_name}};
  return std::any_of(rules->second.begin(), rules->second.end(), [&](const Json& rule) {
    const Json& conditions = rule.at("conditions");
    return rule.value("cr_type", "") == "CE" && effective(rule) &&
           std::all_of(conditions.begin(), conditions.end(),
                       [&](const Json& one) { return condition_holds(one, claims); });
  });
}

bool Identities::trusts(const Json& profile, const std::string& iam_id) const {
  const auto found = identities_.find(profile.at("id").get<std::string>());
  return found != identities_.end() && find_by(found->second, "iam_id", iam_id) != nullptr;
}

Json& Identities::profile(const Params& params) {
  return find_record(profiles_, params.at("profile"), "trusted profile");
}

Json Identities::create_profile(const Json& body) {
  Json content = texts_of(body, {"description", "email"});
  content["name"] = required_text(body, "name");
  if (find_by(profiles_, "name", content["name"].get<std::string>()) != nullptr) {
    throw Refusal{world_.switches.value("iam_profile_conflict_status").get<int>(),
                  "conflict",
                  "A trusted profile of this name exists already.",
                  {}};
  }
  const std::string id = "Profile-" + world_.ids.uuid();
  content["iam_id"] = "iam-" + id;
  content["crn"] = crn("profile", id);
  content["account_id"] = world_.seed.account;
  Records one;
  return add_record(one, id, std::move(content), world_);
}

void Identities::add_profile_routes(Router& router) {
  const std::string one = "/v1/profiles/{profile}";
  router.on("POST", "/v1/profiles", [this](const Request& request, const Params&) {
    const Json body = parse_json_object(request);
    if (required_text(body, "account_id") != world_.seed.account) {
      throw Refusal{403, "forbidden", "This is not your account.", {}};
    }
    profiles_.push_back(create_profile(body));
    return Response::json(201, profiles_.back());
  });
  router.on("GET", "/v1/profiles", [this](const Request& request, const Params&) {
    Records found;
    for (const Json& profile : profiles_) {
      const auto fits = [&](const char* name) {
        const auto wanted = request.query_value(name);
        return !wanted || profile.at(name) == *wanted;
      };
      if (fits("account_id") && fits("name")) found.push_back(profile);
    }
    return record_page(request, "profiles", found, world_);
  });
  router.on("GET", one, [this](const Request&, const Params& params) {
    return Response::json(200, profile(params));
  });
  router.on("PUT", one, [this](const Request& request, const Params& params) {
    Json& found = profile(params);
    check_tag(request, found.at("entity_tag").get<std::string>(), world_);
    found.update(texts_of(parse_json_object(request), {"name", "description", "email"}));
    touch(found, world_);
    return Response::json(200, found);
  });
  router.on("DELETE", one, [this](const Request&, const Params& params) {
    const std::string id = profile(params).at("id").get<std::string>();
    erase_record(profiles_, id, "trusted profile");
    links_.erase(id);
    rules_.erase(id);
    identities_.erase(id);
    return Response::empty(204);
  });
}

Json Identities::create_link(const std::string& profile_id, const Json& body) {
  Json link = texts_of(body, {"name"});
  link["cr_type"] = resource_type_of(body);
  const Json target = body.value("link", Json());
  if (!target.is_object()) throw invalid("link is required.");
  link["link"] = texts_of(target, {"crn", "namespace", "name", "component_type", "component_name"});
  required_text(target, "crn");
  const bool taken = std::any_of(links_[profile_id].begin(), links_[profile_id].end(),
                                 [&](const Json& one) { return one.at("link") == link["link"]; });
  if (taken) throw Refusal{409, "conflict", "The link exists already.", {}};
  return add_record(links_[profile_id], "link-" + world_.ids.uuid(), std::move(link), world_);
}

// By its parameters: the one whose target has them all.
Response Identities::delete_links(const Request& request, const std::string& profile_id) {
  const auto type = request.query_value("type");
  if (!type) throw invalid("The parameter type is required.");
  const auto fits = [&](const Json& link) {
    if (link.at("cr_type") != *type) return false;
    for (const auto& [name, value] : request.query) {
      if (name != "type" && link.at("link").value(name, "") != value) return false;
    }
    return true;
  };
  if (std::erase_if(links_[profile_id], fits) == 0) throw not_found("There is no such link.");
  return Response::empty(204);
}

void Identities::add_link_routes(Router& router) {
  const std::string all = "/v1/profiles/{profile}/links";
  router.on("POST", all, [this](const Request& request, const Params& params) {
    const std::string id = profile(params).at("id").get<std::string>();
    return Response::json(201, create_link(id, parse_json_object(request)));
  });
  router.on("GET", all, [this](const Request&, const Params& params) {
    return Response::json(200, {{"links", links_[profile(params).at("id").get<std::string>()]}});
  });
  router.on("DELETE", all, [this](const Request& request, const Params& params) {
    return delete_links(request, profile(params).at("id").get<std::string>());
  });
  router.on("GET", all + "/{id}", [this](const Request&, const Params& params) {
    return Response::json(200, find_record(links_[profile(params).at("id").get<std::string>()],
                                           params.at("id"), "link"));
  });
  router.on("DELETE", all + "/{id}", [this](const Request&, const Params& params) {
    erase_record(links_[profile(params).at("id").get<std::string>()], params.at("id"), "link");
    return Response::empty(204);
  });
}

void Identities::add_rule_routes(Router& router) {
  const std::string all = "/v1/profiles/{profile}/rules";
  const auto rules = [this](const Params& params) -> Records& {
    return rules_[profile(params).at("id").get<std::string>()];
  };
  router.on("POST", all, [this, rules](const Request& request, const Params& params) {
    return Response::json(201, add_record(rules(params), "ClaimRule-" + world_.ids.uuid(),
                                          rule_of(parse_json_object(request)), world_));
  });
  router.on("GET", all, [rules](const Request&, const Params& params) {
    return Response::json(200, {{"rules", rules(params)}});
  });
  router.on("GET", all + "/{id}", [rules](const Request&, const Params& params) {
    return Response::json(200, find_record(rules(params), params.at("id"), "rule"));
  });
  router.on("PUT", all + "/{id}", [this, rules](const Request& request, const Params& params) {
    Json& rule = find_record(rules(params), params.at("id"), "rule");
    check_tag(request, rule.at("entity_tag").get<std::string>(), world_);
    rule.update(rule_of(parse_json_object(request)));
    touch(rule, world_);
    return Response::json(200, rule);
  });
  router.on("DELETE", all + "/{id}", [rules](const Request&, const Params& params) {
    erase_record(rules(params), params.at("id"), "rule");
    return Response::empty(204);
  });
}

// Who may assume the profile: service ids and users, by their IAM id.
void Identities::add_trusted_identity_routes(Router& router) {
  const std::string all = "/v1/profiles/{profile}/identities";
  const std::string one = all + "/{type}/{id}";
  const auto trusted = [this](const Params& params) -> Records& {
    return identities_[profile(params).at("id").get<std::string>()];
  };
  router.on("GET", all, [this, trusted](const Request&, const Params& params) {
    return Response::json(
        200, {{"entity_tag", profile(params).at("entity_tag")}, {"identities", trusted(params)}});
  });
  router.on("POST", all + "/{type}", [this, trusted](const Request& request, const Params& params) {
    const std::string id = required_text(parse_json_object(request), "identifier");
    std::erase_if(trusted(params), [&id](const Json& record) { return record.at("id") == id; });
    const std::string iam_id =
        params.at("type") == "serviceid" && id.rfind("iam-", 0) != 0 ? "iam-" + id : id;
    return Response::json(
        201,
        add_record(trusted(params), id,
                   {{"iam_id", iam_id}, {"identifier", id}, {"type", params.at("type")}}, world_));
  });
  router.on("GET", one, [trusted](const Request&, const Params& params) {
    return Response::json(200, find_record(trusted(params), params.at("id"), "identity"));
  });
  router.on("DELETE", one, [trusted](const Request&, const Params& params) {
    erase_record(trusted(params), params.at("id"), "identity");
    return Response::empty(204);
  });
}

}  // namespace localcloud::iam

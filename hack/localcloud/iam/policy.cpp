#include "hack/localcloud/iam/policy.h"

#include <algorithm>

#include "hack/localcloud/frame/characters.h"

namespace localcloud::iam {
namespace {

constexpr std::size_t kLongestValue = 1000;
constexpr std::size_t kMostAttributes = 50;

const Json& array_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) {
    throw invalid(std::string(name) + " must be an array.");
  }
  if (found->size() > kMostAttributes) throw invalid(std::string(name) + " has too many elements.");
  return *found;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  const bool good =
      found != object.end() && found->is_string() && !found->get<std::string>().empty();
  if (!good) throw invalid(std::string(name) + " must be a text.");
  return found->get<std::string>();
}

void check_value(const Attribute& attribute, Version version) {
  const bool exists = attribute.comparison == "stringExists";
  const bool known = attribute.comparison == "stringEquals" ||
                     attribute.comparison == "stringMatch" || (exists && version == Version::kV2);
  if (!known) throw invalid("The operator of " + attribute.key + " is not known.");
  if (exists) {
    if (!attribute.value.is_boolean()) throw invalid("stringExists goes with true or false.");
    return;
  }
  const std::size_t size =
      attribute.value.is_string() ? characters(attribute.value.get<std::string>()) : 0;
  if (size < 1 || size > kLongestValue) {
    throw invalid("The value of " + attribute.key + " must have 1 to 1,000 characters.");
  }
}

std::vector<Attribute> parse_attributes(const Json& list, Version version) {
  std::vector<Attribute> attributes;
  for (const Json& one : list) {
    if (!one.is_object()) throw invalid("An attribute is an object.");
    Attribute attribute{.key = text_of(one, version == Version::kV1 ? "name" : "key"),
                        .value = one.value("value", Json())};
    const bool must_compare = version == Version::kV2;
    if (must_compare || one.contains("operator")) attribute.comparison = text_of(one, "operator");
    check_value(attribute, version);
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

Json view_attributes(const std::vector<Attribute>& attributes, Version version) {
  Json list = Json::array();
  for (const Attribute& one : attributes) {
    list.push_back({{version == Version::kV1 ? "name" : "key", one.key},
                    {"operator", one.comparison},
                    {"value", one.value}});
  }
  return list;
}

// subject(s) or resource(s): v1 wraps the object in an array of one.
Json side_of(const Json& body, const std::string& name, Version version) {
  const Json side =
      version == Version::kV1 ? body.value(name + "s", Json::array()) : body.value(name, Json());
  if (version == Version::kV2) return side;
  if (!side.is_array() || side.size() > 1) throw invalid(name + "s has one element.");
  return side.empty() ? Json() : side.at(0);
}

std::vector<std::string> parse_roles(const Json& body, Version version) {
  std::vector<std::string> roles;
  const Json control = body.value("control", Json::object());
  const Json grant = control.is_object() ? control.value("grant", Json::object()) : Json();
  const Json& holder = version == Version::kV1 ? body : grant;
  if (!holder.is_object()) throw invalid("control.grant must be an object.");
  for (const Json& role : array_of(holder, "roles")) {
    if (!role.is_object()) throw invalid("A role is an object.");
    roles.push_back(text_of(role, "role_id"));
  }
  if (roles.empty()) throw invalid("roles must not be empty.");
  return roles;
}

void check_authorization(const Policy& policy) {
  if (attribute_of(policy.subject, "accountId").empty() ||
      attribute_of(policy.resource, "accountId").empty()) {
    throw invalid("Both sides of an authorization need accountId.");
  }
  if (attribute_of(policy.subject, "serviceName").empty() &&
      attribute_of(policy.subject, "resourceGroupId").empty()) {
    throw invalid("The subject of an authorization needs serviceName or resourceGroupId.");
  }
}

void check_roles(const Policy& policy, const Switches& switches) {
  const std::string service = attribute_of(policy.resource, "serviceName");
  for (const std::string& role : policy.roles) {
    if (!find_role(role, service, switches)) {
      throw Refusal{400, "role_not_found", "The role " + role + " does not exist.", {}};
    }
  }
}

bool holds(const std::vector<Attribute>& attributes, const Attribute& wanted) {
  return std::find(attributes.begin(), attributes.end(), wanted) != attributes.end();
}

// Fewer conditions are more.
bool wider(const std::vector<Attribute>& left, const std::vector<Attribute>& right) {
  return std::all_of(left.begin(), left.end(),
                     [&right](const Attribute& one) { return holds(right, one); });
}

Json view_roles(const Policy& policy, const Switches& switches, bool named) {
  Json roles = Json::array();
  const std::string service = attribute_of(policy.resource, "serviceName");
  for (const std::string& crn : policy.roles) {
    Json view{{"role_id", crn}};
    const auto role = granted_role(crn, service, switches);
    if (named && role) {
      view["display_name"] = role->name;
      view["description"] = "What a " + role->name + " may do.";
    }
    roles.push_back(std::move(view));
  }
  return roles;
}

}  // namespace

std::string attribute_of(const std::vector<Attribute>& attributes, const std::string& key) {
  for (const Attribute& one : attributes) {
    if (one.key == key && one.value.is_string()) return one.value.get<std::string>();
  }
  return {};
}

bool Policy::covers(const Policy& other) const {
  return type == other.type && pattern == other.pattern && rule == other.rule &&
         wider(subject, other.subject) && wider(resource, other.resource) &&
         wider(tags, other.tags) &&
         std::all_of(other.roles.begin(), other.roles.end(), [this](const std::string& role) {
           return std::count(roles.begin(), roles.end(), role) > 0;
         });
}

Policy parse_policy(const Json& body, Version version, const Switches& switches) {
  Policy policy{.type = text_of(body, "type")};
  if (policy.type != "access" && policy.type != "authorization") {
    throw invalid("type must be access or authorization.");
  }
  const Json description = body.value("description", Json(""));
  if (!description.is_string()) throw invalid("description must be a text.");
  policy.description = description.get<std::string>();
  if (const Json subject = side_of(body, "subject", version); !subject.is_null()) {
    policy.subject = parse_attributes(array_of(subject, "attributes"), version);
  }
  if (const Json resource = side_of(body, "resource", version); !resource.is_null()) {
    policy.resource = parse_attributes(array_of(resource, "attributes"), version);
    if (resource.contains("tags")) {
      policy.tags = parse_attributes(array_of(resource, "tags"), version);
    }
  }
  if (policy.subject.empty() || policy.resource.empty()) {
    throw invalid("A policy needs a subject and a resource.");
  }
  policy.roles = parse_roles(body, version);
  policy.pattern = body.value("pattern", Json());
  policy.rule = body.value("rule", Json());
  if (policy.type == "authorization") check_authorization(policy);
  check_roles(policy, switches);
  return policy;
}

Json policy_view(const Policy& policy, Version version, const std::string& url,
                 const Switches& switches) {
  Json view{{"id", policy.id},
            {"type", policy.type},
            {"description", policy.description},
            {"href", url},
            {"created_at", policy.created_at},
            {"created_by_id", policy.author},
            {"last_modified_at", policy.modified_at},
            {"last_modified_by_id", policy.author},
            {"state", policy.state}};
  const Json subject{{"attributes", view_attributes(policy.subject, version)}};
  Json resource{{"attributes", view_attributes(policy.resource, version)}};
  if (!policy.tags.empty()) resource["tags"] = view_attributes(policy.tags, version);
  if (version == Version::kV1) {
    view["subjects"] = Json::array({subject});
    view["resources"] = Json::array({resource});
    view["roles"] = view_roles(policy, switches, true);
    return view;
  }
  view["subject"] = subject;
  view["resource"] = resource;
  view["control"] = {{"grant", {{"roles", view_roles(policy, switches, false)}}}};
  if (!policy.pattern.is_null()) view["pattern"] = policy.pattern;
  if (!policy.rule.is_null()) view["rule"] = policy.rule;
  return view;
}

}  // namespace localcloud::iam

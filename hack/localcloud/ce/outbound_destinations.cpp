#include "hack/localcloud/ce/outbound_destinations.h"

#include <arpa/inet.h>

#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/fields.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/status.h"

namespace localcloud::ce {
namespace {

const char* const kGateway = "private_path_service_gateway";

Check cidr() {
  return [](const std::string& name, const Json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string{};
    const std::size_t slash = text.find('/');
    const std::string bits = slash == std::string::npos ? "" : text.substr(slash + 1);
    in_addr address{};
    const bool digits = !bits.empty() && bits.size() <= 2 &&
                        bits.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || std::stoi(bits) > 32 ||
        inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1) {
      throw invalid(name + " is not a range of IPv4 addresses such as \"192.0.2.0/24\".");
    }
    return value;
  };
}

Fields destination_fields(const std::string& type) {
  if (type == kGateway) {
    return {{"isolation_policy", choice({"shared", "dedicated"}), "shared"}};
  }
  return {{"cidr_block", cidr(), {}, true}};
}

std::vector<std::string> parts_of(const std::string& crn) {
  std::vector<std::string> parts{""};
  for (const char c : crn) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// crn:v1:bluemix:public:is:<region>:a/<account>::private-path-service-gateway:<id>
std::string gateway_reason(const std::string& crn, const std::string& region) {
  const auto parts = parts_of(crn);
  if (parts.size() != 10 || parts[0] != "crn" || parts[4] != "is" ||
      parts[8] != "private-path-service-gateway") {
    return "private_path_crn_invalid";
  }
  return parts[5] == region ? "ready" : "private_path_not_in_same_region";
}

Json gateway_details(const World& world, const Json& destination) {
  const auto parts = parts_of(destination.at("private_path_service_gateway_crn"));
  const std::string name = destination.at("name");
  return {{"endpoint_gateway",
           {{"account_id", world.seed.account},
            {"created_at", rfc3339(world.clock.now())},
            {"ips", Json::array({"192.0.2.10"})},
            {"name", "endpoint-" + name}}},
          {"private_path_service_gateway",
           {{"id", parts[9]}, {"name", name}, {"service_endpoints", Json::array()}}}};
}

}  // namespace

OutboundDestinationKind::OutboundDestinationKind(World& world, Projects& projects)
    : DocumentKind({.collection = "allowed_outbound_destinations", .rule = &kLabelName}),
      world_(world),
      projects_(projects) {
  world_.switches.declare("ce_outbound_destination_ms", 200,
                          "how long an allowed outbound destination is deploying");
}

Json OutboundDestinationKind::create(const Json& body, const Place&) {
  const Json type = choice({"cidr_block", kGateway})("type", required_string(body, "type"));
  Fields fields = destination_fields(type);
  if (type == kGateway) {
    fields.push_back({"private_path_service_gateway_crn", text(1, 253), {}, true});
  }
  Json members = merged(fields, Json::object(), body);
  members["type"] = type;
  members["status"] = "deploying";
  members["status_details"] = {{"reason", "deploying"}};
  return members;
}

Json OutboundDestinationKind::change(const Json& current, const Json& body, const Place&) {
  return patched(destination_fields(current.at("type")), current, body);
}

void OutboundDestinationKind::kept(const Json&, const Json& document, const Place& place) {
  const std::string name = document.at("name");
  Json destination = document;  // says less of itself than other kinds
  for (const char* member : {"id", "href", "created_at", "region"}) destination.erase(member);
  place.project.shelf(form().collection).amend(name, std::move(destination));
  set_status(place.project, form().collection, name, "deploying", {{"reason", "deploying"}});
  projects_.later(place.project.id, delay(world_, "ce_outbound_destination_ms"),
                  [this, name](Project& project) { settle(project, name); });
}

void OutboundDestinationKind::settle(Project& project, const std::string& name) {
  const Json* found = project.shelf(form().collection).current(name);
  if (found == nullptr) return;
  const Json destination = *found;
  std::string reason = "ready";
  Json details = Json::object();
  if (destination.at("type") == kGateway) {
    reason = gateway_reason(destination.at("private_path_service_gateway_crn"), project.region);
    if (reason == "ready") details = gateway_details(world_, destination);
  }
  details["reason"] = reason;
  set_status(project, form().collection, name, reason == "ready" ? "ready" : "failed", details);
}

}  // namespace localcloud::ce

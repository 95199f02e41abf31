#include "hack/localcloud/catalog/global_catalog.h"

#include <algorithm>

#include "hack/localcloud/frame/number.h"
#include "hack/localcloud/frame/url.h"

namespace localcloud {
namespace {

using catalog::Offering;
using catalog::Plan;

constexpr std::size_t kStandardPage = 50;
constexpr std::size_t kLargestPage = 200;
constexpr char kPath[] = "/api/v1";

Json entry(const Request& request, const std::string& id, const std::string& name,
           const std::string& kind, const std::string& title) {
  const std::string url = request.base_url + kPath + "/" + percent_encode(id);
  const std::string child = kind == "service" ? "plan" : "deployment";
  return {
      {"id", id},
      {"name", name},
      {"kind", kind},
      {"catalog_crn", "crn:v1:bluemix:public:globalcatalog::::" + kind + ":" + id},
      {"url", url},
      {"children_url", url + "/" + child},
      {"active", true},
      {"disabled", false},
      {"tags", Json::array()},
      {"geo_tags", Json::array()},
      {"pricing_tags", Json::array()},
      {"images", {{"image", "https://example.com/" + name + ".svg"}}},
      {"overview_ui",
       {{"en", {{"display_name", title}, {"description", title}, {"long_description", title}}}}},
      {"provider", {{"name", "IBM"}, {"email", "nobody@example.com"}}},
      {"metadata", {{"rc_compatible", true}}}};
}

Json service_entry(const Request& request, const Offering& offering) {
  Json service = entry(request, offering.id, offering.name, "service", offering.title);
  service["geo_tags"] = offering.regions;
  return service;
}

Json plan_entry(const Request& request, const Offering& offering, const Plan& plan) {
  Json made = entry(request, plan.id, plan.name, "plan", plan.name);
  made["parent_id"] = offering.id;
  made["geo_tags"] = offering.regions;
  return made;
}

Json deployment_entry(const Request& request, const Plan& plan, const std::string& region) {
  Json made =
      entry(request, plan.id + ":" + region, plan.name + "-" + region, "deployment", region);
  made["parent_id"] = plan.id;
  made["catalog_crn"] = catalog::deployment_crn(plan.id, region);
  made["geo_tags"] = {region};
  made["metadata"]["deployment"] = {
      {"location", region}, {"target_crn", "crn:v1:bluemix:public:::::environment:" + region}};
  return made;
}

// Whether any word of the query is part of the name or the title.
bool found_by(const Offering& offering, const std::string& query) {
  std::size_t start = 0;
  while (start < query.size()) {
    const auto end = std::min(query.find_first_of(" :", start), query.size());
    const std::string word = query.substr(start, end - start);
    if (!word.empty() && (offering.name.find(word) != std::string::npos ||
                          offering.title.find(word) != std::string::npos)) {
      return true;
    }
    start = end + 1;
  }
  return query.empty();
}

std::size_t number_of(const Request& request, const std::string& name, std::size_t otherwise) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  if (const auto number = whole_number<std::size_t>(*text)) return *number;
  throw HttpError{ibm_error(400, "bad_request", name + " must be a number.",
                            request.header("x-correlation-id"))};
}

Response not_found(const Request& request) {
  return ibm_error(404, "not_found", "The catalog has no such entry.",
                   request.header("x-correlation-id"));
}

}  // namespace

GlobalCatalog::GlobalCatalog(World& world) : world_(world) {
  router_.on("GET", kPath,
             [this](const Request& request, const Params&) { return search(request); });
  router_.on("GET", std::string(kPath) + "/{id}", [](const Request& request, const Params& params) {
    const std::string& id = params.at("id");
    for (const Offering& offering : catalog::offerings()) {
      if (offering.id == id) return Response::json(200, service_entry(request, offering));
      const Plan* plan = offering.plan(id);
      if (plan != nullptr) return Response::json(200, plan_entry(request, offering, *plan));
    }
    return not_found(request);
  });
  router_.on(
      "GET", std::string(kPath) + "/{id}/{kind}",
      [this](const Request& request, const Params& params) { return children(request, params); });
}

// Everyone may look; a token that is shown must be good all the same.
Response GlobalCatalog::handle(const Request& request) {
  if (!request.header("authorization").empty() && world_.authority != nullptr) {
    if (auto refused = world_.authority->refuse(request)) return *std::move(refused);
  }
  if (auto response = router_.route(request)) return *std::move(response);
  return not_found(request);
}

Response GlobalCatalog::search(const Request& request) {
  const std::string query = request.query_value("q").value_or("");
  std::vector<Json> found;
  for (const Offering& offering : catalog::offerings()) {
    if (!found_by(offering, query)) continue;
    found.push_back(service_entry(request, offering));
    if (request.query_value("include") != "*") continue;
    for (const Plan& plan : offering.plans) {
      found.back()["children"].push_back(plan_entry(request, offering, plan));
    }
  }
  return page(request, found);
}

Response GlobalCatalog::children(const Request& request, const Params& params) {
  std::vector<Json> found;
  const std::string& kind = params.at("kind");
  bool known = false;
  for (const Offering& offering : catalog::offerings()) {
    if (offering.id == params.at("id")) {
      known = true;
      for (const Plan& plan : offering.plans) {
        if (kind == "plan" || kind == "*") found.push_back(plan_entry(request, offering, plan));
      }
    }
    if (const Plan* plan = offering.plan(params.at("id"))) {
      known = true;
      for (const std::string& region : offering.regions) {
        if (kind != "deployment" && kind != "*") continue;
        found.push_back(deployment_entry(request, *plan, region));
      }
    }
  }
  return known ? page(request, found) : not_found(request);
}

Response GlobalCatalog::page(const Request& request, const std::vector<Json>& entries) const {
  const std::size_t limit = number_of(request, "_limit", kStandardPage);
  const std::size_t start = std::min(number_of(request, "_offset", 0), entries.size());
  if (limit < 1 || limit > kLargestPage) {
    return ibm_error(400, "bad_request", "_limit must be 1 to 200.",
                     request.header("x-correlation-id"));
  }
  const std::size_t end = start + std::min(limit, entries.size() - start);
  const auto url = [&](std::size_t offset) {
    std::string text = request.base_url;
    for (const std::string& segment : request.path) text += "/" + percent_encode(segment);
    text += "?_offset=" + std::to_string(offset) + "&_limit=" + std::to_string(limit);
    for (const char* name : {"q", "include"}) {
      const auto value = request.query_value(name);
      if (value) text += "&" + std::string(name) + "=" + percent_encode(*value);
    }
    return text;
  };
  Json body{{"offset", start},
            {"limit", limit},
            {"count", entries.size()},
            {"resource_count", end - start},
            {"first", url(0)},
            {"last", url(entries.empty() ? 0 : (entries.size() - 1) / limit * limit)}};
  body["resources"] = std::vector<Json>(entries.begin() + static_cast<std::ptrdiff_t>(start),
                                        entries.begin() + static_cast<std::ptrdiff_t>(end));
  if (start > 0) body["prev"] = url(start - std::min(limit, start));
  if (end < entries.size()) body["next"] = url(end);
  return Response::json(200, body);
}

}  // namespace localcloud

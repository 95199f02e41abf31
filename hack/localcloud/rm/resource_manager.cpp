#include "hack/localcloud/rm/resource_manager.h"

namespace localcloud {
namespace {

constexpr char kName[] = "Default";
constexpr char kQuota[] = "7ce89f4a-4381-4600-b814-3cd9a4f4bdf4";
constexpr char kSince[] = "2024-01-01T00:00:00.000Z";

}  // namespace

ResourceManager::ResourceManager(World& world) : world_(world) {
  router_.on("GET", "/v2/resource_groups",
             [this](const Request& request, const Params&) { return list(request); });
  router_.on("GET", "/v2/resource_groups/{id}",
             [this](const Request& request, const Params& params) {
               if (params.at("id") == world_.seed.resource_group) {
                 return Response::json(200, describe());
               }
               return ibm_error(404, "not_found", "There is no such resource group.",
                                request.header("x-correlation-id"));
             });
}

Response ResourceManager::handle(const Request& request) {
  if (auto refused = world_.authority->refuse(request)) return *std::move(refused);
  if (auto response = router_.route(request)) return *std::move(response);
  return ibm_error(404, "not_found", "The resource manager has no such path here.",
                   request.header("x-correlation-id"));
}

Json ResourceManager::describe() const {
  const Seed& seed = world_.seed;
  return {
      {"id", seed.resource_group},
      {"crn", "crn:v1:bluemix:public:resource-controller::a/" + seed.account +
                  "::resource-group:" + seed.resource_group},
      {"account_id", seed.account},
      {"name", kName},
      {"state", "ACTIVE"},
      {"default", true},
      {"quota_id", kQuota},
      {"quota_url", "/v2/quota_definitions/" + std::string(kQuota)},
      {"payment_methods_url", "/v2/resource_groups/" + seed.resource_group + "/payment_methods"},
      {"resource_linkages", Json::array()},
      {"teams_url", "/v2/resource_groups/" + seed.resource_group + "/teams"},
      {"created_at", kSince},
      {"updated_at", kSince}};
}

Response ResourceManager::list(const Request& request) const {
  const auto is = [&request](const char* name, const std::string& value) {
    return request.query_value(name).value_or(value) == value;
  };
  Json found = Json::array();
  if (is("account_id", world_.seed.account) && is("name", kName) && is("default", "true")) {
    found.push_back(describe());
  }
  return Response::json(200, {{"resources", found}});
}

}  // namespace localcloud

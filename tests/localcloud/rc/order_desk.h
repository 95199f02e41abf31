#pragma once
#include <stdexcept>
#include <string>

#include "hack/localcloud/frame/world.h"
#include "tests/localcloud/signed_in.h"

// The resource controller of a cloud, for who orders there.
struct OrderDesk {
  using Json = cloud_client::Json;
  using Answer = cloud_client::Answer;

  explicit OrderDesk(const SignedIn& at)
      : rc(cloud_client::Client(at.names.at("RESOURCE_CONTROLLER_URL")).bearer(at.token)),
        catalog(at.names.at("GLOBAL_CATALOG_URL")) {}

  cloud_client::Client rc;
  cloud_client::Client catalog;
  localcloud::Seed seed{};

  Json order(const std::string& name, const std::string& plan,
             const std::string& region = "eu-de") const {
    return {{"name", name},
            {"target", region},
            {"resource_group", seed.resource_group},
            {"resource_plan_id", plan}};
  }
  // The id of a service's plan, as the catalog tells it.
  std::string plan(const std::string& service, const std::string& name) const {
    const Json found = catalog.get("?q=" + service).json();
    const std::string id = found["resources"][0]["id"];
    const Json plans = catalog.get("/" + id + "/plan").json();
    for (const Json& one : plans.at("resources")) {
      if (one["name"] == name) return one["id"];
    }
    return {};
  }
  static std::string path(const std::string& id) { return "/v2/resource_instances/" + id; }
  // The GUID of a new instance.
  std::string create(const Json& body) const {
    const Answer made = rc.post("/v2/resource_instances", body);
    if (made.status != 202) throw std::runtime_error(made.body);
    return made.json()["guid"];
  }
  Json get(const std::string& id) const { return rc.get(path(id)).json(); }
  std::size_t count(const std::string& query) const {
    return rc.get("/v2/resource_instances" + query).json()["resources"].size();
  }
  // The id of the deleted instance's reclamation; empty when it has none.
  std::string reclamation_of(const std::string& guid) const {
    const std::string query = "?resource_instance_id=" + guid + "&account_id=" + seed.account;
    const Json all = rc.get("/v1/reclamations" + query).json();
    return all["resources"].empty() ? "" : all["resources"][0]["id"].get<std::string>();
  }
  // Restores or reclaims it.
  Answer reclamation(const std::string& guid, const std::string& action) const {
    return rc.post("/v1/reclamations/" + reclamation_of(guid) + "/actions/" + action);
  }
};

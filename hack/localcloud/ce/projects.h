#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "hack/localcloud/ce/shelf.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// A project is an instance of the resource controller. What may change of that is not kept here
// too, but asked for.
struct Project {
  std::string id{};
  std::string region{};
  std::string resource_group{};
  Time created{};
  std::function<std::string()> name{};
  // "provisioning", "active", "failed", "pending_reclamation" or "removed".
  std::function<std::string(Time now)> instance_state{};
  std::string forced_status{};             // by the control; empty: what the instance says
  std::map<std::string, Shelf> shelves{};  // by the collection's name
  std::set<std::string> held{};            // "apps/shop": its status is the control's
  std::set<std::string> event_runs{};      // unfinished job runs that an event has started

  std::string status(Time now) const;
  // The documents of "secrets", "apps", ... as they are now; empty at first.
  Shelf& shelf(const std::string& collection) { return shelves[collection]; }
  // The project's part of the names of apps: "4e49b3e027a".
  std::string subdomain() const;
  std::string domain() const;  // "eu-de.codeengine.appdomain.cloud"
  Json describe(Time now, const std::string& account, const std::string& region_url) const;
};

struct ProjectOrder {
  std::string id{};  // empty: the resource controller makes one
  std::string name{};
  std::string region{};
  std::string resource_group{};
  std::chrono::milliseconds wait{};  // until it is active
};

// What Code Engine has the resource controller do.
struct ProjectOrders {
  // Makes the instance, for which add() is called. Its GUID.
  std::function<std::string(const ProjectOrder&)> place{};
  // Deletes the instance. False: it is locked.
  std::function<bool(const std::string& id)> give_back{};
};

// The projects of all regions. One is seen in its own region only. One whose instance is deleted
// stays until that is removed (as soft_deleted, its name and its share of the quota taken).
class Projects {
 public:
  // `world` must outlive this.
  explicit Projects(World& world);
  // Once, before the first request. Orders the two projects of the seed.
  void use(ProjectOrders orders);
  void add(Project project);

  // Both throw Refusal with 404.
  Project& find(const std::string& region, const std::string& id);
  Project& find_anywhere(const std::string& id);
  // nullptr when there is none.
  Project* known(const std::string& id);
  // Does something to a project after `wait`, if it is still there.
  void later(const std::string& id, std::chrono::milliseconds wait,
             std::function<void(Project&)> task);
  // Whether any other project of the region satisfies `condition`.
  bool neighbour(const Project& project, const std::function<bool(Project&)>& condition);
  std::map<std::string, Json> describe_all(const std::string& region,
                                           const std::string& region_url);
  // Body of POST /projects. Throws Refusal.
  Project& create(const std::string& region, const Json& body);
  // Throws Refusal when a project may not have this name, or when there may not be another one.
  // `id` is empty for a new project.
  void check(const std::string& region, const std::string& name, const std::string& id);
  // Not again when it is deleted. Throws Refusal when its instance is locked.
  void erase(const Project& project);

 private:
  void settle();

  World& world_;
  ProjectOrders orders_{};
  std::map<std::string, Project> by_id_{};
};

}  // namespace localcloud::ce

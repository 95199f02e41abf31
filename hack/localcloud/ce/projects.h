#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "hack/localcloud/ce/shelf.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

struct Project {
  std::string id{};
  std::string name{};
  std::string region{};
  std::string resource_group{};
  Time created{};
  Time active_from{};
  std::optional<Time> deleted{};
  std::string forced_status{};             // by the control; empty: what time says
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

// The projects of all regions. One is seen in its own region only. A deleted one stays seven days
// (as soft_deleted, its name and its share of the quota taken), then it is gone.
class Projects {
 public:
  // Holds the two seed projects from the start. `world` must outlive this.
  explicit Projects(World& world);

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

 private:
  void settle();
  void add_seed(const std::string& id, const std::string& name, const std::string& region);

  World& world_;
  std::map<std::string, Project> by_id_{};
};

}  // namespace localcloud::ce

#pragma once
#include <map>
#include <memory>
#include <string>

#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// IBM Cloud Secrets Manager, API v2, all of it: groups, secrets of the nine types, their versions,
// locks, actions and tasks, the configurations of engines, and the registration with Event
// Notifications. Its paths begin with "<instance guid>/api/v2", or "private/<instance guid>/api/v2"
// for what is the instance's private endpoint: new instances have no other unless it is ordered
// (docs of Secrets Manager, "endpoints").
class SecretsManager : public Service {
 public:
  // Declares its switches. Begins with the seed's instance. The world and its scheduler must
  // outlive the service.
  explicit SecretsManager(World& world);
  ~SecretsManager() override;

  Response handle(const Request& request) override;
  // Expires, rotates and warns by the cloud's clock, with the events; every request does so first.
  void expire();

  // An instance that answers from then on. Before, and while it is suspended, its address is as
  // unknown as any other.
  void add_instance(const std::string& crn, Time ready_from, bool is_public);
  void open_to_public(const std::string& crn, bool is_public);
  void suspend_instance(const std::string& crn, bool suspended);

 private:
  struct Served;

  Served* known(const std::string& crn) const;  // null: no such instance

  World& world_;
  std::map<std::string, std::unique_ptr<Served>> instances_;  // by GUID
};

}  // namespace localcloud

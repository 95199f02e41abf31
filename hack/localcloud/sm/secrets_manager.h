#pragma once
#include <memory>

#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// IBM Cloud Secrets Manager, API v2, all of it: groups, secrets of the nine types, their versions,
// locks, actions and tasks, the configurations of engines, and the registration with Event
// Notifications. Mounted under "/sm/<instance guid>"; its paths begin with "/api/v2".
class SecretsManager : public Service {
 public:
  // Declares its switches. The world and its scheduler must outlive the service.
  explicit SecretsManager(World& world);
  ~SecretsManager() override;

  Response handle(const Request& request) override;
  // Expires, rotates and warns by the cloud's clock, with the events; every request does so first.
  void expire();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace localcloud

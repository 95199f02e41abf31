#pragma once
#include <memory>

#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// IBM Cloud Secrets Manager, API v2: groups, certificates and plain secrets, versions, the list,
// and the registration with Event Notifications. Mounted under "/sm/<instance guid>"; its paths
// begin with "/api/v2". Locks, actions, tasks and configurations are unknown paths.
class SecretsManager : public Service {
 public:
  // Declares its switches. The world and its scheduler must outlive the service.
  explicit SecretsManager(World& world);
  ~SecretsManager() override;

  Response handle(const Request& request) override;
  // Ends what has expired by the cloud's clock, with its events; every request does so first.
  void expire();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace localcloud

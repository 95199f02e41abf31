#pragma once
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// The resource manager: the account's one resource group, named "Default". Read only.
class ResourceManager : public Service {
 public:
  explicit ResourceManager(World& world);  // `world` must outlive the service

  Response handle(const Request& request) override;

 private:
  Json describe() const;
  Response list(const Request& request) const;

  World& world_;
  Router router_{};
};

}  // namespace localcloud

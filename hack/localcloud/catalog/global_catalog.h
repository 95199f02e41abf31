#pragma once
#include "hack/localcloud/catalog/offerings.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// The global catalog, read only: services, their plans, and the deployments of a plan. Its search
// is a fuzzy one: q finds every service that has one of its words somewhere.
class GlobalCatalog : public Service {
 public:
  explicit GlobalCatalog(World& world);  // `world` must outlive the service

  Response handle(const Request& request) override;

 private:
  Response search(const Request& request);
  Response children(const Request& request, const Params& params);
  Response page(const Request& request, const std::vector<Json>& entries) const;

  World& world_;
  Router router_{};
};

}  // namespace localcloud

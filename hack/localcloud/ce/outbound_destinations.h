#pragma once
#include "hack/localcloud/ce/kind.h"

namespace localcloud::ce {

// Allowed outbound destinations: ranges of addresses, and private path service gateways.
class OutboundDestinationKind : public DocumentKind {
 public:
  // Both must outlive this.
  OutboundDestinationKind(World& world, Projects& projects);
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
  void kept(const Json& before, const Json& document, const Place& place) override;

 private:
  void settle(Project& project, const std::string& name);

  World& world_;
  Projects& projects_;
};

}  // namespace localcloud::ce

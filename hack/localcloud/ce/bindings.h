#pragma once
#include "hack/localcloud/ce/kind.h"
#include "hack/localcloud/ce/workloads.h"

namespace localcloud::ce {

// A service access secret in the variables of an app, a job or a function.
class BindingKind : public DocumentKind {
 public:
  // Both must outlive this.
  BindingKind(World& world, Workloads& workloads);
  Json create(const Json& body, const Place& place) override;
  void kept(const Json& before, const Json& document, const Place& place) override;
  void erasing(const Json& document, const Request& request, const Place& place) override;

 private:
  // The component's variables as its bindings are now; an app gets a new revision.
  void refresh(const Place& place, const Json& component);

  World& world_;
  Workloads& workloads_;
};

}  // namespace localcloud::ce

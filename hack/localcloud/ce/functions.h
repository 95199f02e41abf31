#pragma once
#include "hack/localcloud/ce/kind.h"

namespace localcloud::ce {

class FunctionKind : public DocumentKind {
 public:
  // Both must outlive this.
  FunctionKind(World& world, Projects& projects);
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
  void kept(const Json& before, const Json& document, const Place& place) override;
  void erasing(const Json& document, const Request& request, const Place& place) override;

  // Something in the project has changed: what is not ready yet may try again.
  void look_again(Project& project);

 private:
  void settle(Project& project, const std::string& name);

  World& world_;
  Projects& projects_;
};

// Body of GET /function_runtimes.
Json function_runtimes();

}  // namespace localcloud::ce

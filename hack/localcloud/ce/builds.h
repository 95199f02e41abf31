#pragma once
#include "hack/localcloud/ce/kind.h"

namespace localcloud::ce {

class BuildKind : public DocumentKind {
 public:
  BuildKind();
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
  // Status: whether the secrets it names are there.
  void show(Json& document, const Place& place) const override;
};

// Runs build nothing: they succeed or fail after a while.
class BuildRunKind : public DocumentKind {
 public:
  // Both must outlive this.
  BuildRunKind(World& world, Projects& projects);
  Json create(const Json& body, const Place& place) override;
  std::string generated_name(const Json& body, const Place& place) const override;
  void kept(const Json& before, const Json& document, const Place& place) override;
  std::string filters(const Request& request) const override;
  bool listed(Json& document, const Request& request, const Place& place) const override;

 private:
  void start(Project& project, const std::string& name, const std::string& id);
  void finish(Project& project, const std::string& name, const std::string& id);

  World& world_;
  Projects& projects_;
};

}  // namespace localcloud::ce

#pragma once
#include "hack/localcloud/ce/kind.h"

namespace localcloud::ce {

class DomainMappingKind : public DocumentKind {
 public:
  // Both must outlive this.
  DomainMappingKind(World& world, Projects& projects);
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
  void kept(const Json& before, const Json& document, const Place& place) override;
  void erasing(const Json& document, const Request& request, const Place& place) override;
  bool counts(const Json& document) const override;
  bool listed(Json& document, const Request& request, const Place& place) const override;

  // Something in the project has changed: what failed may try again.
  void look_again(Project& project);
  // Before the data of a tls secret becomes `data`: with the strict switch on, refuses what the
  // mappings that use it could not serve. Throws Refusal.
  void check_secret(const Project& project, const std::string& secret, const Json& data) const;

 private:
  void check_certificate(const std::string& domain, const Json& data) const;
  void check_strictly(const std::string& domain, const Json& members, const Place& place) const;
  void settle(Project& project, const std::string& name);
  std::string reason_now(Project& project, const Json& mapping);

  World& world_;
  Projects& projects_;
};

}  // namespace localcloud::ce

#pragma once
#include <string>

#include "hack/localcloud/ce/domain_mappings.h"
#include "hack/localcloud/ce/kind.h"

namespace localcloud::ce {

class SecretKind : public DocumentKind {
 public:
  // Both must outlive this. The mappings are asked before a tls secret is replaced.
  SecretKind(World& world, const DomainMappingKind& mappings);
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
  void erasing(const Json& document, const Request& request, const Place& place) override;
  std::string filters(const Request& request) const override;
  bool listed(Json& document, const Request& request, const Place& place) const override;

 private:
  Json service_members(const std::string& format, const Json& body);
  Json checked_data(const std::string& format, const Json& body) const;

  World& world_;
  const DomainMappingKind& mappings_;
};

class ConfigMapKind : public DocumentKind {
 public:
  ConfigMapKind();
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
};

}  // namespace localcloud::ce

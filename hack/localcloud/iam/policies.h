#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/iam/policy.h"

namespace localcloud::iam {

// The account's policies under both versions of the API. A new one can take its time to be seen
// and to have effect; a deleted one can be restored.
class Policies {
 public:
  // Declares its switches. Holds the authorization of the seed's Secrets Manager instance at the
  // seed's Event Notifications instance.
  explicit Policies(World& world);

  void add_routes(Router& router);
  // As Authorizations tells it. Every instance counts as one of the seed's resource group.
  bool allows(const Crn& source, const Crn& target, const std::string& role) const;
  // The instance is gone: so are the authorizations that name it.
  void forget_instance(const std::string& guid);

 private:
  Response create(const Request& request, Version version);
  Response list(const Request& request, Version version);
  Response get(const Request& request, const Params& params, Version version);
  Response replace(const Request& request, const Params& params, Version version);
  Response restore(const Request& request, const Params& params);
  Response erase(const Params& params);
  Policy& find(const Params& params);
  bool visible(const Policy& policy) const { return policy.visible_from <= world_.clock.now(); }
  void refuse_conflict(const Policy& policy, const Request& request, Version version) const;
  Response answer(int status, const Policy& policy, const Request& request, Version version) const;
  std::string next_tag(int generation);

  World& world_;
  std::vector<Policy> all_{};  // in the order of their making
};

}  // namespace localcloud::iam

#pragma once
#include <string>

#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/iam/identities.h"
#include "hack/localcloud/iam/policies.h"
#include "hack/localcloud/iam/tokens.h"

namespace localcloud {

// IAM: the token service, the identity API (API keys, service ids, trusted profiles) and the
// policy API. Also the judge of every token and every authorization that other services meet.
class Iam : public Service, public Authority, public Authorizations, public ComputeTokens {
 public:
  // `world` must outlive the service.
  explicit Iam(World& world);

  Response handle(const Request& request) override;
  std::optional<Response> refuse(const Request& request) override;
  bool allows(const std::string& source_crn, const std::string& target_crn,
              const std::string& role) const override;
  std::string compute_token(const ComputeResource& resource) override;

  // For the keys of instances: a new API key's value; and the end of one.
  std::string new_api_key(const std::string& name) { return identities_.new_key(name); }
  void drop_api_key(const std::string& value) { identities_.drop_key(value); }
  void forget_instance(const std::string& guid) { policies_.forget_instance(guid); }

  // From now on every token given so far is refused.
  void revoke_tokens() { tokens_.revoke_all(); }
  // {"project_crn":...,"component_type":...,"component_name":...} -> {"token":...}
  Response control_compute_tokens(const Request& request);

 private:
  Response serve(const Request& request);

  World& world_;
  iam::Identities identities_;
  iam::Tokens tokens_;
  iam::Policies policies_;
  Router router_{};
};

}  // namespace localcloud

#pragma once
#include <string>

#include "hack/localcloud/iam/records.h"

namespace localcloud::iam {

// Who logs in: what a token tells of its owner.
struct Identity {
  std::string id{};  // "ServiceId-...", "Profile-..."
  std::string type{};
  std::string name{};

  std::string iam_id() const { return "iam-" + id; }
};

// The account's API keys, service ids and trusted profiles, and who may become what. Begins with
// the seed's key, its service id, and the seed's profile with its link.
class Identities {
 public:
  explicit Identities(World& world);  // declares its switches

  void add_routes(Router& router);

  // The owner of an API key's value; null when there is no such key. Throws Refusal when the key
  // is disabled.
  std::optional<Identity> owner_of(const std::string& key) const;
  // The profile with all these members, at least one: {"id":...,"name":...}; null: none.
  const Json* find_profile(const Json& wanted) const;
  static Identity identity_of(const Json& profile);
  // A key of the first service id with a new value, which is answered; and its end.
  std::string new_key(const std::string& name);
  void drop_key(const std::string& value);
  // Whether a link or a rule of the profile fits the workload.
  bool trusts(const Json& profile, const ComputeResource& resource) const;
  // Whether the identity may assume the profile.
  bool trusts(const Json& profile, const std::string& iam_id) const;

 private:
  void add_key_routes(Router& router);
  void add_service_id_routes(Router& router);
  void add_profile_routes(Router& router);
  void add_link_routes(Router& router);
  void add_rule_routes(Router& router);
  void add_trusted_identity_routes(Router& router);

  Json create_key(const Json& body, const std::string& iam_id);
  Response describe_key(const Request& request);
  Json create_service_id(const Json& body);
  Json create_profile(const Json& body);
  Json create_link(const std::string& profile_id, const Json& body);
  Response delete_links(const Request& request, const std::string& profile_id);
  Json& profile(const Params& params);
  std::string crn(const std::string& kind, const std::string& id) const;
  bool effective(const Json& record) const;

  World& world_;
  Records keys_{};
  Records service_ids_{};
  Records profiles_{};
  std::map<std::string, Records> links_{};       // by profile
  std::map<std::string, Records> rules_{};       // by profile
  std::map<std::string, Records> identities_{};  // by profile: who may assume it
};

}  // namespace localcloud::iam

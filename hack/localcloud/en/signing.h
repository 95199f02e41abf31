#pragma once
#include <map>
#include <string>

#include "hack/localcloud/frame/rs256_key.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// Signs the deliveries of webhook destinations: a JSON Web Token by RS256 (tutorials of Secrets
// Manager, 2022), with a key for each destination, made when it is first needed. Used from the
// cloud's thread only.
class Signing {
 public:
  // Declares its switches: where the token stands, which claim holds the notification, which times
  // are in it, and in which form a key is told.
  explicit Signing(World& world);

  // Puts a token over the body in the body's place. Without a body there is nothing to sign.
  void sign(OutboundRequest& request, const std::string& destination_id);
  std::string public_key(const std::string& destination_id);
  // Every destination has another key from now on. How the service changes keys is not documented.
  void renew_keys() { keys_.clear(); }
  void forget(const std::string& destination_id) { keys_.erase(destination_id); }

 private:
  Json claims_over(const std::string& body) const;

  World& world_;
  std::map<std::string, Rs256Key> keys_{};
};

}  // namespace localcloud::en

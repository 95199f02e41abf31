#pragma once
#include <deque>
#include <string>
#include <unordered_map>

#include "hack/localcloud/frame/rs256_key.h"
#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/iam/identities.h"

namespace localcloud::iam {

// The token service: a key, a compute resource token, a refresh token or another access token in,
// an access token out. Knows all tokens it gave, so it is the judge of every one that is shown.
class Tokens {
 public:
  // Declares its switches. Both must outlive this.
  Tokens(World& world, Identities& identities);

  void add_routes(Router& router);
  // The IAM id that the request's token stands for; empty: missing, unknown or not valid any more.
  // Accepts "Bearer <token>" and the bare token (the Code Engine docs' own curl calls).
  std::optional<std::string> bearer(const Request& request) const;
  void revoke_all();
  std::string compute_token(const ComputeResource& resource);

 private:
  using Form = std::multimap<std::string, std::string>;
  // The newest ones under their text; the oldest go first.
  template <typename Value>
  struct Memory {
    std::unordered_map<std::string, Value> known{};
    std::deque<std::string> oldest_first{};
    void keep(const std::string& text, Value value);
    const Value* find(const std::string& text) const;
    void clear();
  };
  struct Given {
    std::string iam_id{};
    Time expiry{};
  };
  struct Renewal {
    Identity owner{};
    Time expiry{};
  };

  Response give(const Request& request);
  Response login_with_key(const Request& request, const Form& form);
  Response login_with_compute_token(const Form& form);
  Response refresh(const Form& form);
  Response assume(const Form& form);
  Response grant(const std::string& grant_type, const Identity& owner, bool renewable);
  void count(const std::string& key);
  [[noreturn]] void distrust(const std::string& message) const;

  World& world_;
  Identities& identities_;
  const std::string key_id_;
  Rs256Key key_{};
  Memory<Given> given_{};
  Memory<Renewal> renewals_{};
  Memory<ComputeResource> resources_{};
  std::map<std::string, std::deque<Time>> logins_{};  // of the last minute, by key
};

// The token service's own shape, unlike that of all other services.
Response token_error(const Request& request, const Refusal& refusal, const World& world);

}  // namespace localcloud::iam

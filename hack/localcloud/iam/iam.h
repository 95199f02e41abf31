#pragma once
#include <deque>
#include <string>
#include <unordered_map>

#include "hack/localcloud/frame/rs256_key.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// IAM's token service: API key and compute resource token in, access token out. Also the judge of
// every token that the other services are shown.
class Iam : public Service, public Authority {
 public:
  // `world` must outlive the service.
  explicit Iam(World& world);

  Response handle(const Request& request) override;
  // Accepts "Bearer <token>" and the bare token (the Code Engine docs' own curl calls).
  std::optional<Response> refuse(const Request& request) override;

  // From now on every token given so far is refused.
  void revoke_tokens();

 private:
  using Form = std::multimap<std::string, std::string>;

  Response give_token(const Request& request);
  Response login_with_key(const Request& request, const Form& form);
  Response login_with_compute_token(const Request& request, const Form& form);
  Response grant(const std::string& grant_type, const Json& identity);
  void remember(const std::string& token, Time expiry);
  Response error(const Request& request, int status, const std::string& code,
                 const std::string& message);

  World& world_;
  Router router_{};
  const std::string key_id_;
  Rs256Key key_{};
  std::unordered_map<std::string, Time> expiries_{};
  std::deque<std::string> oldest_first_{};
};

}  // namespace localcloud

#include "hack/localcloud/iam/iam.h"

#include <algorithm>

#include "hack/localcloud/frame/url.h"

namespace localcloud {
namespace {

constexpr char kApiKeyGrant[] = "urn:ibm:params:oauth:grant-type:apikey";
constexpr char kComputeGrant[] = "urn:ibm:params:oauth:grant-type:cr-token";
constexpr char kIssuer[] = "https://iam.cloud.ibm.com/identity";
constexpr char kScope[] = "ibm openid";
constexpr char kServiceId[] = "ServiceId-0f6e5f3a-9c0b-4d57-8f0e-2f4c7a1b6d90";
constexpr std::int64_t kLongestLife = 10LL * 366 * 24 * 3600;
constexpr std::size_t kMostTokens = 20'000;

std::string field(const std::multimap<std::string, std::string>& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string{} : found->second;
}

std::string shown_token(const Request& request) {
  std::string value = request.header("authorization");
  const std::string scheme = value.substr(0, 7);
  if (scheme == "Bearer " || scheme == "bearer ") value.erase(0, 7);
  return value;
}

}  // namespace

Iam::Iam(World& world) : world_(world), key_id_("localcloud-" + world.ids.hex(8)) {
  world_.switches.declare("token_life_seconds", 3600, "life of the tokens that IAM gives");
  world_.switches.declare("iam_cr_token_failure_status", 400,
                          "status for a compute resource token or profile that is not trusted",
                          refusal_status());
  router_.on("POST", "/identity/token",
             [this](const Request& request, const Params&) { return give_token(request); });
}

Response Iam::handle(const Request& request) {
  if (auto response = router_.route(request)) return std::move(*response);
  return ibm_error(404, "not_found", "IAM has no such path here.",
                   request.header("x-correlation-id"));
}

std::optional<Response> Iam::refuse(const Request& request) {
  const auto known = expiries_.find(shown_token(request));
  if (known != expiries_.end() && world_.clock.now() < known->second) return std::nullopt;
  return unauthorized(request.header("x-correlation-id"));
}

void Iam::revoke_tokens() {
  expiries_.clear();
  oldest_first_.clear();
}

Response Iam::give_token(const Request& request) {
  const auto form = parse_form(request.body);
  if (!form) return error(request, 400, "BXNIM0106E", "The form is not readable.");
  const std::string grant_type = field(*form, "grant_type");
  if (grant_type == kApiKeyGrant) return login_with_key(request, *form);
  if (grant_type == kComputeGrant) return login_with_compute_token(request, *form);
  if (grant_type == "refresh_token") {
    return error(request, 400, "BXNIM0407E", "The refresh token is not valid.");
  }
  return error(request, 400, "BXNIM0106E", "The property grant_type is missing or not supported.");
}

Response Iam::login_with_key(const Request& request, const Form& form) {
  const std::string key = field(form, "apikey");
  if (key.empty()) return error(request, 400, "BXNIM0106E", "The property apikey is missing.");
  if (key != world_.seed.api_key) {
    return error(request, 400, "BXNIM0415E", "Provided API key could not be found.");
  }
  return grant(kApiKeyGrant, {{"id", kServiceId}, {"type", "ServiceId"}, {"name", "certloop"}});
}

Response Iam::login_with_compute_token(const Request& request, const Form& form) {
  const std::string id = field(form, "profile_id");
  const std::string name = field(form, "profile_name");
  const std::string token = field(form, "cr_token");
  if (token.empty() || (id.empty() && name.empty())) {
    return error(request, 400, "BXNIM0106E",
                 "The properties cr_token and profile_id or profile_name are needed.");
  }
  const Seed& seed = world_.seed;
  const bool trusted = token == seed.compute_token &&
                       (id.empty() || id == seed.trusted_profile_id) &&
                       (name.empty() || name == seed.trusted_profile_name);
  if (!trusted) {
    const int status = world_.switches.value("iam_cr_token_failure_status").get<int>();
    return error(request, status, "BXNIM0000E", "The profile does not trust this resource.");
  }
  return grant(
      kComputeGrant,
      {{"id", seed.trusted_profile_id}, {"type", "Profile"}, {"name", seed.trusted_profile_name}});
}

Response Iam::grant(const std::string& grant_type, const Json& identity) {
  const auto life = std::clamp<std::int64_t>(
      world_.switches.value("token_life_seconds").get<std::int64_t>(), 0, kLongestLife);
  const Time now = world_.clock.now();
  const std::int64_t issued = unix_seconds(now);
  const std::string id = identity.at("id").get<std::string>();
  const Json claims = {{"iam_id", "iam-" + id},
                       {"id", "iam-" + id},
                       {"realmid", "iam"},
                       {"jti", world_.ids.uuid()},
                       {"identifier", id},
                       {"name", identity.at("name")},
                       {"sub", id},
                       {"sub_type", identity.at("type")},
                       {"account", {{"valid", true}, {"bss", world_.seed.account}}},
                       {"iat", issued},
                       {"exp", issued + life},
                       {"iss", kIssuer},
                       {"grant_type", grant_type},
                       {"scope", kScope},
                       {"client_id", "default"},
                       {"acr", 1},
                       {"amr", Json::array({"pwd"})}};
  const std::string token = key_.sign({{"alg", "RS256"}, {"kid", key_id_}, {"typ", "JWT"}}, claims);
  remember(token, now + std::chrono::seconds(life));
  return Response::json(200, {{"access_token", token},
                              {"refresh_token", "not_supported"},
                              {"token_type", "Bearer"},
                              {"expires_in", life},
                              {"expiration", issued + life},
                              {"scope", kScope}});
}

void Iam::remember(const std::string& token, Time expiry) {
  expiries_[token] = expiry;
  oldest_first_.push_back(token);
  if (oldest_first_.size() <= kMostTokens) return;
  expiries_.erase(oldest_first_.front());
  oldest_first_.pop_front();
}

// The token service's own shape, unlike that of all other services.
Response Iam::error(const Request& request, int status, const std::string& code,
                    const std::string& message) {
  const std::string now = rfc3339(world_.clock.now());
  return Response::json(status, {{"errorCode", code},
                                 {"errorMessage", message},
                                 {"context",
                                  {{"requestId", request.header("x-correlation-id")},
                                   {"requestType", "incoming.Identity_Token"},
                                   {"userAgent", "not kept"},
                                   {"url", "https://iam.cloud.ibm.com"},
                                   {"instanceId", "localcloud"},
                                   {"host", "localcloud"},
                                   {"startTime", now},
                                   {"endTime", now},
                                   {"elapsedTime", "0"},
                                   {"locale", "en_US"},
                                   {"clusterName", "localcloud"}}}});
}

}  // namespace localcloud

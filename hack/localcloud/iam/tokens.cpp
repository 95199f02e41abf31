#include "hack/localcloud/iam/tokens.h"

#include <algorithm>

#include "hack/localcloud/frame/url.h"

namespace localcloud::iam {
namespace {

constexpr char kApiKeyGrant[] = "urn:ibm:params:oauth:grant-type:apikey";
constexpr char kComputeGrant[] = "urn:ibm:params:oauth:grant-type:cr-token";
constexpr char kAssumeGrant[] = "urn:ibm:params:oauth:grant-type:assume";
constexpr char kRefreshGrant[] = "refresh_token";
constexpr char kIssuer[] = "https://iam.cloud.ibm.com/identity";
constexpr char kScope[] = "ibm openid";
constexpr char kBadProperty[] = "BXNIM0106E";
constexpr std::int64_t kLongestLife = 10LL * 366 * 24 * 3600;
constexpr std::size_t kMostTokens = 20'000;
constexpr std::size_t kMostCountedKeys = 1'000;
constexpr std::chrono::hours kLifeOfRenewal{30 * 24};

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

Refusal bad_property(const std::string& message) {
  return {400, kBadProperty, message, {}};
}

// The members of a profile that the form names.
Json wanted_profile(const std::multimap<std::string, std::string>& form) {
  Json wanted = Json::object();
  for (const auto& [property, member] :
       {std::pair{"profile_id", "id"}, std::pair{"profile_name", "name"},
        std::pair{"profile_crn", "crn"}}) {
    const std::string value = field(form, property);
    if (!value.empty()) wanted[member] = value;
  }
  return wanted;
}

}  // namespace

template <typename Value>
void Tokens::Memory<Value>::keep(const std::string& text, Value value) {
  known[text] = std::move(value);
  oldest_first.push_back(text);
  if (oldest_first.size() <= kMostTokens) return;
  known.erase(oldest_first.front());
  oldest_first.pop_front();
}

template <typename Value>
const Value* Tokens::Memory<Value>::find(const std::string& text) const {
  const auto found = known.find(text);
  return found == known.end() ? nullptr : &found->second;
}

template <typename Value>
void Tokens::Memory<Value>::clear() {
  known.clear();
  oldest_first.clear();
}

Tokens::Tokens(World& world, Identities& identities)
    : world_(world), identities_(identities), key_id_("localcloud-" + world.ids.hex(8)) {
  Switches& switches = world.switches;
  switches.declare("token_life_seconds", 3600, "life of the tokens that IAM gives");
  switches.declare("iam_cr_token_failure_status", 400,
                   "status for a compute resource token or profile that is not trusted",
                   refusal_status());
  switches.declare("iam_token_rate_limit", 0,
                   "tokens a minute for one API key, beyond which IAM answers 429; 0: no limit",
                   from_to(0, 1'000'000));
  switches.declare("iam_rate_limit_retry_after", 0,
                   "seconds of the Retry-After that goes with that 429; 0: none", from_to(0, 3600));
  resources_.keep(world.seed.compute_token,
                  {world.seed.project_a_crn(), "application", world.seed.trusted_component});
}

void Tokens::add_routes(Router& router) {
  router.on("POST", "/identity/token", [this](const Request& request, const Params&) {
    try {
      return give(request);
    } catch (const Refusal& refusal) {
      Response response = token_error(request, refusal, world_);
      const auto wait = world_.switches.value("iam_rate_limit_retry_after").get<int>();
      if (refusal.status == 429 && wait > 0) {
        response.headers.emplace_back("Retry-After", std::to_string(wait));
      }
      return response;
    }
  });
  router.on("GET", "/identity/keys", [this](const Request&, const Params&) {
    return Response::json(200, {{"keys", Json::array({key_.public_jwk(key_id_)})}});
  });
}

std::optional<std::string> Tokens::bearer(const Request& request) const {
  const Given* given = given_.find(shown_token(request));
  if (given == nullptr || world_.clock.now() >= given->expiry) return std::nullopt;
  return given->iam_id;
}

void Tokens::revoke_all() {
  given_.clear();
}

std::string Tokens::compute_token(const ComputeResource& resource) {
  const std::string token = "localcloud-compute-" + world_.ids.hex(64);
  resources_.keep(token, resource);
  return token;
}

Response Tokens::give(const Request& request) {
  const auto form = parse_form(request.body);
  if (!form) throw bad_property("The form is not readable.");
  const std::string grant_type = field(*form, "grant_type");
  if (grant_type == kApiKeyGrant) return login_with_key(request, *form);
  if (grant_type == kComputeGrant) return login_with_compute_token(*form);
  if (grant_type == kRefreshGrant) return refresh(*form);
  if (grant_type == kAssumeGrant) return assume(*form);
  throw bad_property("The property grant_type is missing or not supported.");
}

// Only a client that names itself, as the CLI does, gets a refresh token.
Response Tokens::login_with_key(const Request& request, const Form& form) {
  const std::string key = field(form, "apikey");
  if (key.empty()) throw bad_property("The property apikey is missing.");
  const auto owner = identities_.owner_of(key);
  if (!owner) throw Refusal{400, "BXNIM0415E", "Provided API key could not be found.", {}};
  count(key);
  const bool named = request.header("authorization").rfind("Basic ", 0) == 0;
  return grant(kApiKeyGrant, *owner, named);
}

void Tokens::count(const std::string& key) {
  const auto limit = world_.switches.value("iam_token_rate_limit").get<std::size_t>();
  if (limit == 0) return;
  if (logins_.size() > kMostCountedKeys) logins_.clear();
  auto& times = logins_[key];
  const Time now = world_.clock.now();
  while (!times.empty() && times.front() + std::chrono::minutes(1) <= now) times.pop_front();
  if (times.size() >= limit) {
    throw Refusal{429, "BXNIM0000E", "Too many requests to /token for this API key.", {}};
  }
  times.push_back(now);
}

Response Tokens::login_with_compute_token(const Form& form) {
  const std::string token = field(form, "cr_token");
  const Json wanted = wanted_profile(form);
  if (token.empty() || wanted.empty()) {
    throw bad_property("The properties cr_token and profile_id or profile_name are needed.");
  }
  const ComputeResource* resource = resources_.find(token);
  const Json* profile = identities_.find_profile(wanted);
  if (resource == nullptr || profile == nullptr || !identities_.trusts(*profile, *resource)) {
    distrust("The profile does not trust this resource.");
  }
  return grant(kComputeGrant, Identities::identity_of(*profile), false);
}

Response Tokens::refresh(const Form& form) {
  const Renewal* renewal = renewals_.find(field(form, "refresh_token"));
  if (renewal == nullptr || world_.clock.now() >= renewal->expiry) {
    throw Refusal{400, "BXNIM0407E", "The refresh token is not valid.", {}};
  }
  const Identity owner = renewal->owner;
  return grant(kRefreshGrant, owner, true);
}

Response Tokens::assume(const Form& form) {
  const std::string token = field(form, "access_token");
  const Json wanted = wanted_profile(form);
  if (token.empty() || wanted.empty()) {
    throw bad_property("The properties access_token and one that names a profile are needed.");
  }
  if (!wanted.contains("id") && !wanted.contains("crn") && field(form, "account").empty()) {
    throw bad_property("The property account goes with profile_name.");
  }
  const Given* given = given_.find(token);
  const Json* profile = identities_.find_profile(wanted);
  const bool known = given != nullptr && world_.clock.now() < given->expiry;
  if (!known || profile == nullptr || !identities_.trusts(*profile, given->iam_id)) {
    distrust("The profile does not trust this identity.");
  }
  return grant(kAssumeGrant, Identities::identity_of(*profile), false);
}

void Tokens::distrust(const std::string& message) const {
  throw Refusal{
      world_.switches.value("iam_cr_token_failure_status").get<int>(), "BXNIM0000E", message, {}};
}

Response Tokens::grant(const std::string& grant_type, const Identity& owner, bool renewable) {
  const auto life = std::clamp<std::int64_t>(
      world_.switches.value("token_life_seconds").get<std::int64_t>(), 0, kLongestLife);
  const Time now = world_.clock.now();
  const std::int64_t issued = unix_seconds(now);
  const std::string iam_id = owner.iam_id();
  const Json claims = {{"iam_id", iam_id},
                       {"id", iam_id},
                       {"realmid", "iam"},
                       {"jti", world_.ids.uuid()},
                       {"identifier", owner.id},
                       {"name", owner.name},
                       {"sub", owner.id},
                       {"sub_type", owner.type},
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
  given_.keep(token, {iam_id, now + std::chrono::seconds(life)});
  std::string renewal = "not_supported";
  if (renewable) {
    renewal = "localcloud-refresh-" + world_.ids.hex(64);
    renewals_.keep(renewal, {owner, now + kLifeOfRenewal});
  }
  return Response::json(200, {{"access_token", token},
                              {"refresh_token", renewal},
                              {"token_type", "Bearer"},
                              {"expires_in", life},
                              {"expiration", issued + life},
                              {"scope", kScope}});
}

Response token_error(const Request& request, const Refusal& refusal, const World& world) {
  const std::string now = rfc3339(world.clock.now());
  return Response::json(refusal.status, {{"errorCode", refusal.code},
                                         {"errorMessage", refusal.message},
                                         {"context",
                                          {{"requestId", request.header("x-correlation-id")},
                                           {"requestType", "incoming.Identity_Token"},
                                           {"userAgent", "not kept"},
                                           {"url", "https://iam.cloud.ibm.com"},
                                           {"instanceId", "localcloud"},
                                           {"threadId", "1"},
                                           {"host", "localcloud"},
                                           {"startTime", now},
                                           {"endTime", now},
                                           {"elapsedTime", "0"},
                                           {"locale", "en_US"},
                                           {"clusterName", "localcloud"}}}});
}

}  // namespace localcloud::iam

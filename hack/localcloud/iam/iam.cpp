#include "hack/localcloud/iam/iam.h"

#include <algorithm>

namespace localcloud {
namespace {

using iam::Refusal;

enum class Api { kTokens, kIdentities, kPolicies };

Api api_of(const Request& request) {
  if (request.path.empty()) return Api::kPolicies;
  if (request.path.front() == "identity") return Api::kTokens;
  const auto named = [&request](const char* name) {
    return request.path.size() > 1 && request.path[1] == name;
  };
  const bool identities = named("apikeys") || named("serviceids") || named("profiles");
  return identities ? Api::kIdentities : Api::kPolicies;
}

Response identity_error(const Request& request, const Refusal& refusal, const World& world) {
  const std::string trace = request.header("x-correlation-id");
  const Json error{{"code", refusal.code},
                   {"message_code", "BXNIM0000E"},
                   {"message", refusal.message},
                   {"details", refusal.message}};
  return Response::json(refusal.status, {{"context",
                                          {{"transaction_id", trace},
                                           {"operation", request.method},
                                           {"host", "localcloud"},
                                           {"start_time", rfc3339(world.clock.now())}}},
                                         {"status_code", std::to_string(refusal.status)},
                                         {"trace", trace},
                                         {"errors", Json::array({error})}});
}

Response policy_error(const Request& request, const Refusal& refusal) {
  Json error{{"code", refusal.code},
             {"message", refusal.message},
             {"more_info", "https://cloud.ibm.com/apidocs/iam-policy-management"}};
  if (!refusal.details.is_null()) error["details"] = refusal.details;
  return Response::json(refusal.status, {{"trace", request.header("x-correlation-id")},
                                         {"status_code", refusal.status},
                                         {"errors", Json::array({error})}});
}

Response error_of(const Request& request, const Refusal& refusal, const World& world) {
  switch (api_of(request)) {
    case Api::kTokens:
      return iam::token_error(request, refusal, world);
    case Api::kIdentities:
      return identity_error(request, refusal, world);
    case Api::kPolicies:
      return policy_error(request, refusal);
  }
  return policy_error(request, refusal);
}

// Of the two calls that need no token, one carries an API key.
bool needs_token(const Request& request) {
  const bool details = !request.header("iam-apikey").empty() && request.path.size() == 3 &&
                       request.path[2] == "details";
  return api_of(request) != Api::kTokens && !details;
}

Refusal missing_token(const Request& request) {
  const bool identities = api_of(request) == Api::kIdentities;
  return {401,
          identities ? "BXNIM0308E" : "invalid_token",
          "The token is missing, expired or not valid.",
          {}};
}

// The caller's own id if it is 32 hexadecimal digits, as the real ones are.
std::string transaction_of(const Request& request, Ids& ids) {
  const std::string given = request.header("transaction-id");
  const bool sane = given.size() == 32 && std::all_of(given.begin(), given.end(), [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                    });
  return sane ? given : ids.hex(32);
}

}  // namespace

Iam::Iam(World& world)
    : world_(world), identities_(world), tokens_(world, identities_), policies_(world) {
  tokens_.add_routes(router_);
  identities_.add_routes(router_);
  policies_.add_routes(router_);
}

Response Iam::handle(const Request& request) {
  Response response = serve(request);
  if (api_of(request) == Api::kPolicies) {
    response.headers.emplace_back("Transaction-Id", transaction_of(request, world_.ids));
  }
  return response;
}

Response Iam::serve(const Request& request) {
  try {
    if (needs_token(request) && !tokens_.bearer(request)) throw missing_token(request);
    if (auto response = router_.route(request)) return std::move(*response);
    throw iam::not_found("IAM has no such path here.");
  } catch (const Refusal& refusal) {
    return error_of(request, refusal, world_);
  } catch (const HttpError&) {
    return error_of(request, iam::invalid("The body is not a JSON object."), world_);
  }
}

std::optional<Response> Iam::refuse(const Request& request) {
  if (tokens_.bearer(request)) return std::nullopt;
  return unauthorized(request.header("x-correlation-id"));
}

bool Iam::allows(const std::string& source_crn, const std::string& target_crn,
                 const std::string& role) const {
  const auto source = parse_crn(source_crn);
  const auto target = parse_crn(target_crn);
  return source && target && policies_.allows(*source, *target, role);
}

std::string Iam::compute_token(const ComputeResource& resource) {
  return tokens_.compute_token(resource);
}

Response Iam::control_compute_tokens(const Request& request) {
  const Json body = parse_json_object(request);
  try {
    const ComputeResource resource{iam::required_text(body, "project_crn"),
                                   iam::required_text(body, "component_type"),
                                   iam::required_text(body, "component_name")};
    return Response::json(200, {{"token", compute_token(resource)}});
  } catch (const Refusal& refusal) {
    return policy_error(request, refusal);
  }
}

}  // namespace localcloud

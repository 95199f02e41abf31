#include "hack/localcloud/sm/locks.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"

// The two actions there are: manual DNS validation, and revocation of private certificates.
namespace localcloud::sm {
namespace {

constexpr char kValidate[] = "public_cert_action_validate_dns_challenge";
constexpr char kRevoke[] = "private_cert_action_revoke_certificate";

Response validate(Instance& instance, Secret& secret) {
  if (secret.type != "public_cert") refuse(400, "Secrets of this type have no DNS challenges.");
  if (!secret.validate) refuse(400, "The certificate waits for no manual DNS validation.");
  secret.own["issuance_info"]["dns_challenge_validation_time"] = rfc3339(instance.now());
  secret.updated_at = instance.now();
  std::exchange(secret.validate, {})();
  return Response::json(201, {{"action_type", kValidate}});
}

// Nobody publishes lists of the built-in authority.
void tell_authority(Instance& instance, const Secret& secret, const std::string& serial_number) {
  Configuration* authority =
      instance.configurations.find(secret.own.at("certificate_authority"), kIntermediateCa);
  if (authority != nullptr) authority->revocations.push_back({serial_number, instance.now()});
}

// Revoked once: a second time tells when it was.
Response revoke(Instance& instance, Secret& secret, Version& version) {
  if (secret.type != "private_cert") refuse(400, "Secrets of this type cannot be revoked.");
  if (!version.locks.empty()) {
    refuse_locked(instance, secret, "secret_revocation_blocked", kCaller);
  }
  Json& about = version.content.about_secret;
  if (!about.contains("revocation_time_seconds")) {
    about["revocation_time_seconds"] = unix_seconds(instance.now());
    about["revocation_time_rfc3339"] = rfc3339(instance.now());
    secret.updated_at = instance.now();
    tell_authority(instance, secret, about.at("serial_number"));
    publish(instance, secret, {.type = "secret_revoked", .by = kCaller});
  }
  return Response::json(201, {{"action_type", kRevoke},
                              {"revocation_time_seconds", about["revocation_time_seconds"]}});
}

Response act_on_secret(Instance& instance, const Request& request, Secret& secret) {
  const Json body = parse_json_object(request);
  const std::string action = Fields(body).one_of("action_type", {kValidate, kRevoke}, "");
  if (action == kValidate) return validate(instance, secret);
  return revoke(instance, secret, instance.version(secret, "current"));
}

Response act_on_version(Instance& instance, const Request& request, Secret& secret,
                        Version& version) {
  const Json body = parse_json_object(request);
  Fields(body).one_of("action_type", {kRevoke}, "");
  return revoke(instance, secret, version);
}

}  // namespace

void add_action_routes(Router& router, Instance& instance) {
  const std::string secret_path = "/api/v2/secrets/{id}";
  router.on("POST", secret_path + "/actions",
            [&instance](const Request& request, const Params& params) {
              return act_on_secret(instance, request, instance.secret(params.at("id")));
            });
  router.on("POST", secret_path + "/versions/{version}/actions",
            [&instance](const Request& request, const Params& params) {
              Secret& secret = instance.secret(params.at("id"));
              return act_on_version(instance, request, secret,
                                    instance.version(secret, params.at("version")));
            });
}

}  // namespace localcloud::sm

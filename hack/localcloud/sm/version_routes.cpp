#include <algorithm>

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/orders.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"
#include "hack/localcloud/sm/views.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kCustomMetadataBytes = 10 * 1024;

void require_rotatable(const Secret& secret) {
  switch (secret.state) {
    case State::kActive:
      break;
    case State::kPreActivation:
      refuse(409, "The secret is not active yet.");
    case State::kSuspended:
    case State::kDeactivated:
    case State::kDestroyed:
      refuse(400, "A secret in this state cannot be rotated.");
  }
  if (secret.ordering) refuse(409, "An order for this secret is under way.");
}

Response create_version(Instance& instance, const Request& request, const std::string& id) {
  Secret& secret = instance.secret(id);
  const Json body = parse_json_object(request);
  const Fields fields(body);
  require_rotatable(secret);
  Version version{
      .id = instance.world.ids.uuid(),
      .created_at = instance.now(),
      .custom_metadata = fields.object("version_custom_metadata", kCustomMetadataBytes)};
  const Json custom_metadata = fields.object("custom_metadata", kCustomMetadataBytes);
  auto outcome = instance.kinds.at(secret.type)->rotate(secret, fields);
  if (fields.has("custom_metadata")) secret.custom_metadata = custom_metadata;
  if (auto* order = std::get_if<Order>(&outcome)) {
    version.payload_available = false;
    Json view = version_metadata(instance, secret, version);
    version.payload_available = true;
    place_order(instance, secret, std::move(*order), std::move(version));
    return Response::json(201, view);
  }
  version.content = std::get<Content>(std::move(outcome));
  const Version& added = instance.add_version(secret, std::move(version));
  publish(instance, secret, {.type = "secret_rotated", .by = kCaller});
  return Response::json(201, version_with_payload(instance, secret, added));
}

Response list_versions(Instance& instance, const std::string& id) {
  const Secret& secret = instance.secret(id);
  std::vector<Json> versions;
  for (const Version& version : secret.versions) {
    versions.push_back(version_metadata(instance, secret, version));
  }
  if (instance.world.switches.on("versions_newest_first")) {
    std::reverse(versions.begin(), versions.end());
  }
  return Response::json(200, {{"versions", versions}, {"total_count", versions.size()}});
}

Response read_version(Instance& instance, const Params& params) {
  require_payload_role(instance);
  Secret& secret = instance.secret(params.at("id"));
  Version& version = instance.version(secret, params.at("version"));
  if (version.payload_available) {
    if (instance.world.switches.on("version_reads_mark_secret")) {
      instance.note_read(secret, version);
    } else {
      version.downloaded = true;
    }
  }
  return Response::json(200, version_with_payload(instance, secret, version));
}

Response patch_version(Instance& instance, const Request& request, const Params& params) {
  Secret& secret = instance.secret(params.at("id"));
  Version& version = instance.version(secret, params.at("version"));
  const Json body = parse_json_object(request);
  Json merged{{"version_custom_metadata", version.custom_metadata}};
  for (const auto& [member, value] : body.items()) {
    if (!merged.contains(member)) refuse(400, "Only 'version_custom_metadata' can be changed.");
  }
  merged.merge_patch(body);
  version.custom_metadata = Fields(merged).object("version_custom_metadata", kCustomMetadataBytes);
  secret.updated_at = instance.now();
  return Response::json(200, version_metadata(instance, secret, version));
}

}  // namespace

void add_version_routes(Router& router, Instance& instance) {
  const std::string all = "/api/v2/secrets/{id}/versions";
  const std::string one = all + "/{version}";
  router.on("POST", all, [&instance](const Request& request, const Params& params) {
    return create_version(instance, request, params.at("id"));
  });
  router.on("GET", all, [&instance](const Request&, const Params& params) {
    return list_versions(instance, params.at("id"));
  });
  router.on("GET", one, [&instance](const Request&, const Params& params) {
    return read_version(instance, params);
  });
  router.on("GET", one + "/metadata", [&instance](const Request&, const Params& params) {
    Secret& secret = instance.secret(params.at("id"));
    const Version& version = instance.version(secret, params.at("version"));
    return Response::json(200, version_metadata(instance, secret, version));
  });
  router.on("PATCH", one + "/metadata", [&instance](const Request& request, const Params& params) {
    return patch_version(instance, request, params);
  });
  // Offered for iam_credentials and custom_credentials only, which this cloud does not make.
  router.on("DELETE", one + "/secret_data",
            [&instance](const Request&, const Params& params) -> Response {
              instance.version(instance.secret(params.at("id")), params.at("version"));
              refuse(400, "Secrets of this type keep the data of their versions.");
            });
}

}  // namespace localcloud::sm

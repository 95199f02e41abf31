#include <algorithm>

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/renewal.h"
#include "hack/localcloud/sm/routes.h"
#include "hack/localcloud/sm/tasks.h"
#include "hack/localcloud/sm/views.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kCustomMetadataBytes = 10 * 1024;

Response create_version(Instance& instance, const Request& request, const std::string& id) {
  Secret& secret = instance.secret(id);
  return Response::json(201,
                        rotate(instance, secret, parse_json_object(request), Cause::kByCaller));
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

// Whether at once or by a task, the answer is the same.
Response delete_version_data(Instance& instance, Secret& secret, Version& version) {
  const auto deletable = instance.kinds.at(secret.type)->deletable();
  if (std::find(deletable.begin(), deletable.end(), instance.alias(secret, version)) ==
      deletable.end()) {
    refuse(400, "This version keeps its data.");
  }
  if (!version.locks.empty()) refuse(412, "The secret version is locked.");
  if (!version.payload_available) refuse(400, "The version has no data.");
  if (secret.type == "custom_credentials") {
    begin_task(instance, secret, kDeleteCredentials, "secret_version_data_deletion", version);
    return Response::empty(204);
  }
  Instance::drop_payload(version);
  secret.updated_at = instance.now();
  publish(instance, secret, {.type = "secret_version_data_deleted", .by = kCaller});
  publish_if_emptied(instance, secret, kCaller);
  return Response::empty(204);
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
  router.on("DELETE", one + "/secret_data", [&instance](const Request&, const Params& params) {
    Secret& secret = instance.secret(params.at("id"));
    return delete_version_data(instance, secret, instance.version(secret, params.at("version")));
  });
}

}  // namespace localcloud::sm

#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"

// Links to other services: kept as told, without any effect here.
namespace localcloud::en {
namespace {

Integration read_integration(const Json& body, World& world) {
  Integration made{.id = world.ids.uuid(),
                   .type = text(body, "type", {1, 64}),
                   .created_at = timestamp(world),
                   .updated_at = timestamp(world)};
  const Json metadata = body.value("metadata", Json());
  if (!metadata.is_object()) refuse("metadata is required");
  text(metadata, "endpoint", {1, 2048});
  text(metadata, "crn", {1, 512});
  if (made.type == "collect_failed_events") {
    text(metadata, "bucket_name", {1, 255});
  } else if (made.type == "kms" || made.type == "hs-crypto") {
    text(metadata, "root_key_id", {1, 255});
  } else {
    refuse("type must be collect_failed_events, kms or hs-crypto");
  }
  made.metadata = metadata;
  return made;
}

Json view(const Integration& one) {
  return {{"id", one.id},
          {"type", one.type},
          {"metadata", one.metadata},
          {"created_at", one.created_at},
          {"updated_at", one.updated_at}};
}

}  // namespace

void mount_integrations(const Mount& mount) {
  World& world = mount.world;
  mount.on("POST", "/integrations",
           [&world](Instance& instance, const Request& request, const Params&) {
             instance.integrations.push_back(read_integration(parse_json_object(request), world));
             return Response::json(201, view(instance.integrations.back()));
           });
  mount.on("GET", "/integrations",
           [&world](Instance& instance, const Request& request, const Params&) {
             std::vector<Json> items;
             for (const Integration& one : instance.integrations) items.push_back(view(one));
             return list_page(request, "integrations", items, world);
           });
  mount.on(
      "GET", "/integrations/{id}", [](Instance& instance, const Request&, const Params& params) {
        return Response::json(200, view(item_of(instance.integrations, params, "integration")));
      });
  mount.on("PUT", "/integrations/{id}",
           [&world](Instance& instance, const Request& request, const Params& params) {
             Integration& old = item_of(instance.integrations, params, "integration");
             Integration made = read_integration(parse_json_object(request), world);
             made.id = old.id;
             made.created_at = old.created_at;
             old = std::move(made);
             return Response::json(200, view(old));
           });
}

}  // namespace localcloud::en

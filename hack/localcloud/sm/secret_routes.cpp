#include <algorithm>

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/list_query.h"
#include "hack/localcloud/sm/locks.h"
#include "hack/localcloud/sm/orders.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"
#include "hack/localcloud/sm/tasks.h"
#include "hack/localcloud/sm/views.h"

namespace localcloud::sm {
namespace {

constexpr Range kNameLength{2, 256};
constexpr Range kDescriptionLength{0, 1024};
constexpr Range kLabelLength{2, 64};
constexpr std::size_t kMostLabels = 30;
constexpr std::size_t kCustomMetadataBytes = 10 * 1024;

Kind& kind_of(Instance& instance, const std::string& type) {
  const auto at = instance.kinds.find(type);
  if (at == instance.kinds.end()) refuse(400, "'secret_type' is not one of its known values.");
  return *at->second;
}

Secret read_secret(Instance& instance, const Fields& fields) {
  Secret secret;
  secret.type = fields.text("secret_type", {1, 64});
  kind_of(instance, secret.type);
  secret.name = fields.name("name", kNameLength);
  secret.description = fields.maybe_text("description", kDescriptionLength).value_or("");
  secret.labels = fields.texts("labels", kMostLabels, kLabelLength);
  secret.custom_metadata = fields.object("custom_metadata", kCustomMetadataBytes);
  const auto group = fields.maybe_text("secret_group_id", {1, 36});
  secret.group_id = group ? instance.group(*group).id : kDefaultGroup;
  instance.require_free_name(secret.type, secret.name, "");
  secret.id = instance.world.ids.uuid();
  secret.created_at = secret.updated_at = instance.now();
  return secret;
}

void begin(Instance& instance, Secret& secret, Outcome outcome, Version version) {
  secret.state = State::kPreActivation;
  if (auto* order = std::get_if<Order>(&outcome)) {
    place_order(instance, secret, std::move(*order), std::move(version));
    return;
  }
  if (const auto* awaited = std::get_if<Awaited>(&outcome); awaited && awaited->by_task) {
    begin_task(instance, secret, kCreateCredentials, "secret_creation", std::move(version));
    return;
  }
  if (auto* content = std::get_if<Content>(&outcome)) {
    secret.state = State::kActive;
    version.content = std::move(*content);
    instance.add_version(secret, std::move(version));
  }
  publish(instance, secret, {.type = "secret_created", .by = kCaller});
}

Response create_secret(Instance& instance, const Request& request) {
  const Json body = parse_json_object(request);
  const Fields fields(body);
  Secret read = read_secret(instance, fields);
  Version version{
      .id = instance.world.ids.uuid(),
      .custom_metadata = fields.object("version_custom_metadata", kCustomMetadataBytes)};
  Draft draft = kind_of(instance, read.type).create(fields);
  read.own = std::move(draft.own);
  read.expires = draft.expires;
  read.request = std::move(draft.request);
  Secret& secret = instance.secrets[read.id] = std::move(read);
  begin(instance, secret, std::move(draft.content), std::move(version));
  return Response::json(201, secret_with_payload(instance, secret));
}

// Reads of some secrets make what they read.
void mint(Instance& instance, Secret& secret) {
  auto content = kind_of(instance, secret.type).mint(secret);
  if (!content) return;
  Version version{.id = instance.world.ids.uuid(), .content = std::move(*content)};
  instance.add_version(secret, std::move(version));
}

Response read_secret_payload(Instance& instance, Secret& secret) {
  const int destroyed_status = instance.world.switches.value("sm_destroyed_read_status");
  if (secret.state == State::kDestroyed && destroyed_status != 200) {
    refuse(destroyed_status, "The secret is destroyed.");
  }
  if (secret.type == "iam_credentials" && is_locked(secret)) {
    refuse(412, "The secret version is locked.");
  }
  if (secret.state == State::kActive) mint(instance, secret);
  const bool readable = !secret.versions.empty() && secret.versions.back().payload_available;
  if (readable) instance.note_read(secret, secret.versions.back());
  return Response::json(200, secret_with_payload(instance, secret));
}

Response read_by_name(Instance& instance, const Params& params) {
  require_payload_role(instance);
  kind_of(instance, params.at("type"));
  const auto group = std::find_if(instance.groups.begin(), instance.groups.end(),
                                  [&](auto& one) { return one.second.name == params.at("group"); });
  if (group == instance.groups.end()) refuse(404, "There is no secret group with this name.");
  const auto at = std::find_if(instance.secrets.begin(), instance.secrets.end(), [&](auto& one) {
    const Secret& secret = one.second;
    return secret.group_id == group->first && secret.type == params.at("type") &&
           secret.name == params.at("name");
  });
  if (at == instance.secrets.end()) refuse(404, "There is no secret with this name.");
  return read_secret_payload(instance, at->second);
}

void require_patchable(Instance& instance, const Secret& secret, const Json& body) {
  auto members = kind_of(instance, secret.type).patchable();
  members.insert(members.end(), {"name", "description", "labels", "custom_metadata"});
  for (const auto& [member, value] : body.items()) {
    if (std::find(members.begin(), members.end(), member) == members.end()) {
      refuse(400, "The metadata of this type has no '" + member + "' that can be changed.");
    }
  }
}

// Objects that the secret has already take over what the patch does not name. The others are for
// their types to merge.
Json merged_objects(const Secret& secret, Json patch) {
  for (const char* member : {"rotation", "password_generation_policy"}) {
    if (!secret.own.contains(member) || !patch.contains(member)) continue;
    if (!patch[member].is_object()) continue;
    Json whole = secret.own.at(member);
    whole.merge_patch(patch[member]);
    patch[member] = std::move(whole);
  }
  return patch;
}

// A merge patch: labels are replaced as a whole, custom_metadata member by member, null removes.
Secret patched(Instance& instance, const Secret& secret, const Fields& fields) {
  Secret changed = secret;
  if (fields.mentions("name")) {
    changed.name = fields.name("name", kNameLength);
    instance.require_free_name(changed.type, changed.name, changed.id);
  }
  if (fields.mentions("description")) {
    changed.description = fields.maybe_text("description", kDescriptionLength).value_or("");
  }
  if (fields.mentions("labels")) {
    changed.labels = fields.texts("labels", kMostLabels, kLabelLength);
  }
  if (fields.mentions("custom_metadata")) {
    Json merged{{"custom_metadata", changed.custom_metadata}};
    merged.merge_patch({{"custom_metadata", fields.raw("custom_metadata")}});
    changed.custom_metadata = Fields(merged).object("custom_metadata", kCustomMetadataBytes);
  }
  const Json merged = merged_objects(secret, fields.body());
  kind_of(instance, secret.type).patch(changed, Fields(merged));
  changed.updated_at = instance.now();
  return changed;
}

Response patch_metadata(Instance& instance, const Request& request, const std::string& id) {
  Secret& secret = instance.secret(id);
  const Json body = parse_json_object(request);
  require_patchable(instance, secret, body);
  const int locked_status = instance.world.switches.value("sm_locked_patch_status");
  if (locked_status != 200 && is_locked(secret)) {
    refuse(locked_status, "The secret version is locked.");
  }
  secret = patched(instance, secret, Fields(body));
  return Response::json(200, secret_metadata(instance, secret));
}

Response delete_secret(Instance& instance, const Request& request, const std::string& id) {
  const Secret& secret = instance.secret(id);
  if (is_locked(secret)) refuse_locked(instance, secret, "secret_deletion_blocked", kCaller);
  if (has_open_tasks(secret) && request.query_value("force_delete") != "true") {
    const std::string why = "A task of the secret is under way";
    publish(instance, secret,
            {.type = "secret_deletion_failed",
             .severity = "HIGH",
             .by = kCaller,
             .failure_reason = why + "."});
    refuse(409, why + "; force_delete deletes it all the same.");
  }
  publish(instance, secret, {.type = "secret_deleted", .by = kCaller});
  instance.secrets.erase(id);
  return Response::empty(204);
}

}  // namespace

void require_payload_role(const Instance& instance) {
  if (instance.world.switches.on("reader_only")) {
    refuse(403, "The role Reader does not read payloads.");
  }
}

void add_secret_routes(Router& router, Instance& instance) {
  const std::string all = "/api/v2/secrets";
  const std::string one = all + "/{id}";
  router.on("POST", all, [&instance](const Request& request, const Params&) {
    return create_secret(instance, request);
  });
  router.on("GET", all, [&instance](const Request& request, const Params&) {
    return Response::json(200, list_secrets(instance, request));
  });
  router.on("GET", one, [&instance](const Request&, const Params& params) {
    require_payload_role(instance);
    return read_secret_payload(instance, instance.secret(params.at("id")));
  });
  router.on("DELETE", one, [&instance](const Request& request, const Params& params) {
    return delete_secret(instance, request, params.at("id"));
  });
  router.on("GET", one + "/metadata", [&instance](const Request&, const Params& params) {
    return Response::json(200, secret_metadata(instance, instance.secret(params.at("id"))));
  });
  router.on("PATCH", one + "/metadata", [&instance](const Request& request, const Params& params) {
    return patch_metadata(instance, request, params.at("id"));
  });
  router.on(
      "GET", "/api/v2/secret_groups/{group}/secret_types/{type}/secrets/{name}",
      [&instance](const Request&, const Params& params) { return read_by_name(instance, params); });
}

}  // namespace localcloud::sm

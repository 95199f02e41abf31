#include "hack/localcloud/sm/renewal.h"

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/locks.h"
#include "hack/localcloud/sm/orders.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/tasks.h"
#include "hack/localcloud/sm/views.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kCustomMetadataBytes = 10 * 1024;

void require_rotatable(const Instance& instance, const Secret& secret) {
  switch (secret.state) {
    case State::kActive:
      break;
    case State::kPreActivation:
      if (instance.kinds.at(secret.type)->awaits_first_version(secret)) return;
      refuse(409, "The secret is not active yet.");
    case State::kSuspended:
    case State::kDeactivated:
    case State::kDestroyed:
      refuse(400, "A secret in this state cannot be rotated.");
  }
  if (secret.ordering) refuse(409, "An order for this secret is under way.");
}

// A version that is not there yet.
Json announced(const Instance& instance, const Secret& secret, Version version) {
  version.payload_available = false;
  return version_metadata(instance, secret, version);
}

}  // namespace

Json rotate(Instance& instance, Secret& secret, const Json& body, Cause cause) {
  const std::string by = cause == Cause::kByCaller ? kCaller : kService;
  const Fields fields(body);
  require_rotatable(instance, secret);
  if (previous_is_locked(secret)) refuse_locked(instance, secret, "secret_rotation_blocked", by);
  Version version{
      .id = instance.world.ids.uuid(),
      .created_at = instance.now(),
      .auto_rotated = cause == Cause::kBySchedule,
      .custom_metadata = fields.object("version_custom_metadata", kCustomMetadataBytes)};
  const Json custom_metadata = fields.object("custom_metadata", kCustomMetadataBytes);
  Outcome outcome = instance.kinds.at(secret.type)->rotate(secret, fields);
  if (fields.has("custom_metadata")) secret.custom_metadata = custom_metadata;
  if (auto* order = std::get_if<Order>(&outcome)) {
    Json view = announced(instance, secret, version);
    place_order(instance, secret, std::move(*order), std::move(version));
    return view;
  }
  if (std::holds_alternative<Awaited>(outcome)) {
    Json view = announced(instance, secret, version);
    begin_task(instance, secret, kCreateCredentials,
               cause == Cause::kByCaller ? "manual_secret_rotation" : "automatic_secret_rotation",
               std::move(version));
    return view;
  }
  version.content = std::get<Content>(std::move(outcome));
  const Version& added = instance.add_version(secret, std::move(version));
  const bool restored = fields.has("restore_from_version");
  const bool first = secret.state == State::kPreActivation;
  secret.state = State::kActive;
  const Switches& switches = instance.world.switches;
  const bool told = (!restored || switches.on("restores_are_told")) &&
                    (!first || switches.on("managed_csr_certificates_are_told"));
  if (told) publish(instance, secret, {.type = "secret_rotated", .by = by});
  return version_with_payload(instance, secret, added);
}

}  // namespace localcloud::sm

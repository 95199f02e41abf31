#include "hack/localcloud/sm/events.h"

#include "hack/localcloud/sm/instance.h"

namespace localcloud::sm {
namespace {

std::string joined(const Json& names) {
  std::string text;
  for (const auto& name : names) {
    text += (text.empty() ? "" : ", ") + name.get<std::string>();
  }
  return text;
}

// A certificate that was never issued has only the names that were ordered.
void add_certificate(Json& entry, const Secret& secret) {
  Json about = secret.own;
  if (!secret.versions.empty()) about.update(secret.versions.back().content.about_secret);
  if (about.contains("alt_names")) {
    entry["domains"] = joined(about["alt_names"]);
  } else if (about.contains("common_name")) {
    entry["domains"] = about["common_name"];
  }
  if (about.contains("serial_number")) entry["serial_number"] = about["serial_number"];
  const auto expires = Instance::expiration(secret);
  if (expires) entry["secret_expiration"] = rfc3339(*expires);
}

void send(Instance& instance, const Happening& happening, const std::string& secret_type,
          Json entry) {
  const World& world = instance.world;
  if (world.events == nullptr) return;
  world.events->publish({.instance_crn = instance.own_crn,
                         .event_type = happening.type,
                         .event_sub_type = happening.sub_type,
                         .secret_type = secret_type,
                         .severity = happening.severity,
                         .secret = std::move(entry),
                         .api_url = instance.url()});
}

}  // namespace

void publish(Instance& instance, const Secret& secret, const Happening& happening) {
  Json entry{{"event_time", rfc3339(instance.now())},
             {"event_triggered_by", happening.by},
             {"secret_group_id", instance.shown_group_id(secret.group_id)},
             {"secret_id", secret.id},
             {"secret_name", secret.name}};
  if (secret.type.ends_with("_cert")) add_certificate(entry, secret);
  entry.update(happening.task);
  if (!happening.failure_reason.empty()) entry["failure_reason"] = happening.failure_reason;
  send(instance, happening, secret.type, std::move(entry));
}

void publish_if_emptied(Instance& instance, const Secret& secret, const std::string& by) {
  if (Instance::has_payload(secret)) return;
  if (!instance.world.switches.on("removed_data_is_told")) return;
  publish(instance, secret, {.type = "secret_data_removed", .by = by});
}

void publish_test_event(Instance& instance) {
  send(instance, {.type = "test_event"}, "test_secret_type",
       {{"event_time", rfc3339(instance.now())},
        {"secret_group_id", kDefaultGroup},
        {"secret_id", instance.world.ids.uuid()},
        {"secret_name", "test_secret_name"}});
}

}  // namespace localcloud::sm

#include "hack/localcloud/sm/orders.h"

#include <stdexcept>

#include "hack/localcloud/sm/events.h"

namespace localcloud::sm {
namespace {

void show_progress(Secret& secret, State state) {
  Json& info = secret.own["issuance_info"];
  info["state"] = static_cast<int>(state);
  info["state_description"] = describe(state);
}

void succeed(Instance& instance, Secret& secret, Version version) {
  const bool first = secret.versions.empty();
  instance.add_version(secret, std::move(version));
  secret.state = State::kActive;
  show_progress(secret, State::kActive);
  publish(instance, secret, {.type = first ? "secret_created" : "secret_rotated", .by = kService});
}

void fail(Instance& instance, Secret& secret, const std::string& reason) {
  const bool first = secret.versions.empty();
  if (first) secret.state = State::kDeactivated;
  secret.updated_at = instance.now();
  show_progress(secret, State::kDeactivated);
  secret.own["issuance_info"]["error_code"] = "order_failed";
  secret.own["issuance_info"]["error_message"] = reason;
  publish(instance, secret,
          {.type = first ? "secret_creation_failed" : "secret_rotation_failed",
           .severity = first ? "LOW" : "HIGH",
           .by = kService,
           .failure_reason = reason});
}

void finish(Instance& instance, const std::string& id, const Order& order, Version version) {
  const auto at = instance.secrets.find(id);
  if (at == instance.secrets.end() || at->second.state == State::kDestroyed) return;
  Secret& secret = at->second;
  secret.ordering = false;
  try {
    if (instance.world.switches.on("public_cert_order_fails")) {
      throw std::invalid_argument("The certificate authority refused the order.");
    }
    version.content = order.fulfil();
  } catch (const std::invalid_argument& reason) {
    fail(instance, secret, reason.what());
    return;
  }
  succeed(instance, secret, std::move(version));
}

}  // namespace

void place_order(Instance& instance, Secret& secret, Order order, Version version) {
  secret.ordering = true;
  secret.own["issuance_info"] = {{"auto_rotated", version.auto_rotated},
                                 {"ordered_on", rfc3339(instance.now())}};
  show_progress(secret, State::kPreActivation);
  const std::chrono::milliseconds wait(
      instance.world.switches.value("public_cert_order_ms").get<std::int64_t>());
  instance.world.scheduler->after(
      wait, [&instance, id = secret.id, order = std::move(order), version = std::move(version)] {
        finish(instance, id, order, version);
      });
}

}  // namespace localcloud::sm

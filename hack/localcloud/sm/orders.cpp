#include "hack/localcloud/sm/orders.h"

#include <stdexcept>

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/locks.h"

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
  if (secret.own["issuance_info"].contains("challenges")) {
    for (Json& challenge : secret.own["issuance_info"]["challenges"]) challenge["status"] = "valid";
  }
  if (previous_is_locked(secret)) {  // since the order was placed
    fail(instance, secret, "The previous version is locked.");
    return;
  }
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

void schedule(Instance& instance, const std::string& id, Order order, Version version) {
  const std::chrono::milliseconds wait(
      instance.world.switches.value("public_cert_order_ms").get<std::int64_t>());
  instance.world.scheduler->after(
      wait, [&instance, id, order = std::move(order), version = std::move(version)] {
        finish(instance, id, order, version);
      });
}

// The TXT records that the owner of the domains has to publish before it validates.
void show_challenges(Instance& instance, Secret& secret, const std::vector<std::string>& domains) {
  Json challenges = Json::array();
  for (const auto& domain : domains) {
    const std::string bare = domain.rfind("*.", 0) == 0 ? domain.substr(2) : domain;
    challenges.push_back({{"domain", domain},
                          {"expiration", rfc3339(instance.now() + std::chrono::hours(24 * 7))},
                          {"status", "pending"},
                          {"txt_record_name", "_acme-challenge." + bare},
                          {"txt_record_value", instance.world.ids.hex(43)}});
  }
  secret.own["issuance_info"]["challenges"] = std::move(challenges);
}

}  // namespace

void place_order(Instance& instance, Secret& secret, Order order, Version version) {
  secret.ordering = true;
  secret.own["issuance_info"] = {{"auto_rotated", version.auto_rotated},
                                 {"ordered_on", rfc3339(instance.now())}};
  show_progress(secret, State::kPreActivation);
  if (order.challenges.empty()) {
    schedule(instance, secret.id, std::move(order), std::move(version));
    return;
  }
  show_challenges(instance, secret, order.challenges);
  secret.validate = [&instance, id = secret.id, order = std::move(order),
                     version = std::move(version)] { schedule(instance, id, order, version); };
}

}  // namespace localcloud::sm

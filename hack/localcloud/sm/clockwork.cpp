#include "hack/localcloud/sm/clockwork.h"

#include <utility>

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/locks.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/renewal.h"
#include "hack/localcloud/sm/tasks.h"

namespace localcloud::sm {
namespace {

constexpr auto kDay = std::chrono::hours(24);

bool over(const std::optional<Time>& end, Time now) {
  return end && *end <= now;
}

bool is_certificate(const Secret& secret) {
  return secret.type.ends_with("_cert");
}

// One walk over all secrets. It goes before every request, so what is the same for all of them is
// looked up once.
class Sweep {
 public:
  explicit Sweep(Instance& instance)
      : instance_(instance),
        now_(instance.now()),
        until_(now_ - std::chrono::seconds(instance.world.switches.value("expiry_lag_seconds"))),
        warns_(instance.world.switches.on("expiry_warnings")),
        rotates_(instance.world.switches.on("automatic_rotation")),
        tells_daily_(instance.world.switches.on("expired_is_told_daily")) {}

  void work_off(Secret& secret) const {
    if (!secret.tasks.empty()) expire_tasks(instance_, secret);
    warn(secret);
    rotate_when_due(secret);
    expire(secret);
  }

 private:
  // Days are counted back from the very second of the expiry.
  void warn(Secret& secret) const {
    const Time since = std::exchange(secret.warned_until, now_);
    const auto expires = Instance::expiration(secret);
    if (!warns_ || secret.state != State::kActive || !expires || *expires - 90 * kDay > now_) {
      return;
    }
    for (const int days : {90, 60, 30, 10, 1, 0}) {
      const Time due = *expires - days * kDay;
      if (due <= since || due > now_) continue;
      publish(instance_, secret,
              {.type = "secret_about_to_expire",
               .sub_type = "in_" + std::to_string(days) + (days == 1 ? "_day" : "_days"),
               .severity = "HIGH",
               .by = kService});
    }
  }

  bool rotation_is_due(const Secret& secret) const {
    return rotates_ && secret.state == State::kActive && !secret.ordering &&
           secret.own.contains("rotation") && !has_open_tasks(secret) &&
           (!secret.rotation_retry || over(secret.rotation_retry, now_)) &&
           over(instance_.kinds.at(secret.type)->rotation_due(secret), now_);
  }

  void rotate_when_due(Secret& secret) const {
    if (!rotation_is_due(secret)) return;
    secret.rotation_retry = now_ + kDay;  // a success takes it away again
    try {
      rotate(instance_, secret, instance_.kinds.at(secret.type)->rotation_body(secret),
             Cause::kBySchedule);
    } catch (const Refusal& refusal) {
      if (refusal.status == 412) return;  // told already
      publish(instance_, secret,
              {.type = "secret_rotation_failed",
               .severity = "HIGH",
               .by = kService,
               .failure_reason = refusal.message});
    }
  }

  void tell_expiry(Secret& secret, const std::string& type) const {
    const bool again =
        tells_daily_ && secret.expiry_told_at && *secret.expiry_told_at + kDay <= now_;
    if (secret.expiry_told_at && !again) return;
    secret.expiry_told_at = now_;
    publish(instance_, secret, {.type = type, .severity = "HIGH", .by = kService});
  }

  void expire(Secret& secret) const {
    const bool ends = secret.state == State::kActive &&
                      over(Instance::expiration(secret), until_) &&
                      instance_.kinds.at(secret.type)->ends_with_version(secret);
    if (ends && is_locked(secret) && !is_certificate(secret)) {
      tell_expiry(secret, "secret_expiration_blocked");
      return;
    }
    const bool loses_data = ends && Instance::has_payload(secret);
    for (Version& version : secret.versions) {
      const bool free = version.locks.empty() || is_certificate(secret);
      if (ends || (free && over(version.content.expires, until_))) {
        Instance::drop_payload(version);
      }
    }
    if (ends) {
      secret.state = State::kDestroyed;
      secret.updated_at = now_;
      secret.expiry_told_at.reset();
    }
    if (secret.state == State::kDestroyed) tell_expiry(secret, "secret_expired");
    if (loses_data) publish_if_emptied(instance_, secret, kService);
  }

  Instance& instance_;
  Time now_;
  Time until_;
  bool warns_;
  bool rotates_;
  bool tells_daily_;
};

}  // namespace

void catch_up(Instance& instance) {
  const Sweep sweep(instance);
  for (auto& [id, secret] : instance.secrets) sweep.work_off(secret);
}

}  // namespace localcloud::sm

#include "controller/core/pace.h"

#include <algorithm>
#include <cmath>

namespace certloop {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

Duration shortened(Duration base, double share) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(base.count()) * (1.0 - share)));
}

}  // namespace

Next next_after(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid:
    case ErrorCode::not_found:
    case ErrorCode::denied:
    case ErrorCode::exhausted:
      return AtResync{};
    case ErrorCode::conflict:
    case ErrorCode::unavailable:
    case ErrorCode::corrupt:
    case ErrorCode::too_large:
    case ErrorCode::internal:
      return Backoff{error.retry_after};
  }
  return Backoff{error.retry_after};
}

Next combine(const Next& left, const Next& right) {
  const auto* back_left = std::get_if<Backoff>(&left);
  const auto* back_right = std::get_if<Backoff>(&right);
  if (back_left && back_right) return Backoff{std::max(back_left->floor, back_right->floor)};
  if (back_left) return left;
  if (back_right) return right;
  const auto* after_left = std::get_if<After>(&left);
  const auto* after_right = std::get_if<After>(&right);
  if (after_left && after_right) return After{std::min(after_left->wait, after_right->wait)};
  return after_left ? left : right;
}

Duration backoff_delay(const PacePolicy& policy, int failures, double unit_random) {
  const double grown = static_cast<double>(policy.first.count()) *
                       std::pow(policy.factor, std::clamp(failures, 1, 64) - 1);
  const double base = std::min(grown, static_cast<double>(policy.cap.count()));
  return shortened(Duration(static_cast<Duration::rep>(base)), policy.backoff_jitter * unit_random);
}

Next after_notification(const PacePolicy& policy, Trigger trigger, bool nothing_new,
                        const Next& next) {
  if (trigger != Trigger::notified || !nothing_new) return next;
  return combine(next, After{policy.look_again});
}

Turn next_turn(const PacePolicy& policy, const Next& next, int failures, Duration resync,
               SteadyTime now, double unit_random) {
  const Duration until_resync = shortened(resync, policy.resync_jitter * unit_random);
  return std::visit(
      Overloaded{
          [&](const AtResync&) {
            return Turn{Trigger::resync, now + until_resync, {}, 0};
          },
          [&](const After& after) {
            return Turn{Trigger::retry, now + std::min(after.wait, until_resync), {}, 0};
          },
          [&](const Backoff& backoff) {
            const Duration floor = backoff.floor.value_or(Duration::zero());
            const Duration delay = backoff_delay(policy, failures + 1, unit_random);
            const SteadyTime not_before = backoff.floor ? now + floor : SteadyTime{};
            // "At least this often" holds for what fails, too.
            const Duration wait = std::max(std::min(delay, until_resync), floor);
            return Turn{Trigger::retry, now + wait, not_before, failures + 1};
          },
      },
      next);
}

}  // namespace certloop

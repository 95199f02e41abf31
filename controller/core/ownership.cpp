#include "controller/core/ownership.h"

#include <algorithm>
#include <array>
#include <utility>

#include "controller/core/text.h"

namespace certloop {
namespace {

using std::chrono::seconds;

// Everything a rule about a write may look at.
struct Question {
  const Plan& plan;
  const v1::Ownership& ownership;
  const TargetMemory& memory;
  const Fingerprint& desired;
  seconds window;
  WallTime now;

  // Has the target held this very certificate before? Then what differs is somebody else's doing.
  bool drifted() const { return memory.settled == desired; }
};

std::optional<Plan> hold(Reason reason, std::string message) {
  return Plan{reason, std::move(message), {}};
}

bool is_ours(const v1::Ownership& ownership, const TargetMemory& memory) {
  switch (ownership.on_existing) {
    case v1::OnExisting::adopt:
      return true;
    case v1::OnExisting::adopt_if_equal:
      return memory.settled.has_value();
    case v1::OnExisting::refuse:
      return memory.written;
  }
  return false;
}

std::optional<Plan> not_ours(const Question& q) {
  if (q.plan.action() != Action::replace || is_ours(q.ownership, q.memory)) return {};
  return hold(Reason::not_ours, "the secret was there before and holds something else");
}

// A secret that is gone is made again: that overwrites nothing.
std::optional<Plan> drift_reported(const Question& q) {
  if (q.ownership.drift != v1::Drift::report) return {};
  if (q.plan.action() != Action::replace || !q.drifted()) return {};
  return hold(Reason::drift_reported,
              "another writer has changed the secret; the certificate is still the same");
}

std::optional<Plan> contended(const Question& q) {
  const ForeignChanges& changes = q.memory.foreign;
  if (!q.drifted() || changes.latest.size() < kContention) return {};
  const WallTime last = changes.latest.back();
  const bool dense = last - changes.latest.front() <= q.window;
  if (!dense || q.now - last >= q.window) return {};
  return hold(Reason::contended, "another writer has changed the secret " +
                                     std::to_string(changes.count) + " times since " +
                                     rfc3339(changes.since) + ", the last time seen at " +
                                     rfc3339(last));
}

// Order matters: the first rule that objects is what the operator is told.
constexpr std::array kRules = {not_ours, drift_reported, contended};

void note(ForeignChanges& changes, seconds window, WallTime now) {
  if (!changes.latest.empty() && now - changes.latest.back() >= window) changes = {};
  if (changes.count++ == 0) changes.since = now;
  changes.latest.push_back(now);
  if (changes.latest.size() > kContention) changes.latest.erase(changes.latest.begin());
}

}  // namespace

seconds contention_window(const v1::Binding& binding) {
  // One look more than the changes of a row: looks are jittered, and the row must fit.
  const auto looks = static_cast<seconds::rep>(kContention + 1);
  return std::max<seconds>(std::chrono::hours(1), binding.resync * looks);
}

TargetMemory after_look(TargetMemory memory, const v1::Binding& binding,
                        const TargetState& observed, const Fingerprint& desired, WallTime now) {
  if (memory.settled != desired) memory.foreign = {};
  const auto* present = std::get_if<TargetPresent>(&observed);
  const std::optional<Fingerprint> content = present ? present->content : std::nullopt;
  const bool hidden = present && !content;
  const bool changed = memory.in_place && memory.in_place != content && !hidden;
  if (changed && content != desired && memory.settled == desired) {
    note(memory.foreign, contention_window(binding), now);
  }
  if (content && content == memory.attempted) memory.written = true;
  memory.attempted.reset();
  memory.in_place = content;
  if (content == desired) memory.settled = desired;
  return memory;
}

TargetMemory after_write(TargetMemory memory, const Fingerprint& desired) {
  memory.written = true;
  memory.settled = desired;
  memory.in_place = desired;
  return memory;
}

TargetMemory after_failed_write(TargetMemory memory, const Fingerprint& desired) {
  memory.in_place.reset();
  memory.attempted = desired;
  return memory;
}

Plan permitted(Plan plan, const v1::Binding& binding, const TargetMemory& memory,
               const Fingerprint& desired, WallTime now) {
  if (plan.action() != Action::create && plan.action() != Action::replace) return plan;
  const Question question{plan,    binding.ownership,          memory,
                          desired, contention_window(binding), now};
  for (const auto rule : kRules) {
    if (auto held = rule(question)) return std::move(*held);
  }
  return plan;
}

Plan suspended(Plan plan) {
  switch (plan.action()) {
    case Action::nothing:
      return {plan.reason, "suspended; nothing would be written now", {}};
    case Action::create:
    case Action::replace:
      return {Reason::suspended,
              std::string("suspended; would ") + to_string(plan.action()) + ": " + plan.message,
              {}};
    case Action::hold:
      return {Reason::suspended,
              std::string("suspended; would hold, ") + to_string(plan.reason) + ": " + plan.message,
              {}};
  }
  return plan;
}

}  // namespace certloop

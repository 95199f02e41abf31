#include "controller/reconcile/reconciler.h"

#include <algorithm>
#include <utility>

#include "controller/core/decide.h"
#include "controller/reconcile/render.h"
#include "controller/tls/bundle.h"

namespace certloop {
namespace {

TargetOutcome failed(Error error) {
  TargetOutcome outcome;
  outcome.error = std::move(error);
  return outcome;
}

TargetOutcome decided(Plan plan) {
  TargetOutcome outcome;
  outcome.plan = std::move(plan);
  return outcome;
}

Plan as_wished(const v1::Binding& binding, Plan plan) {
  return binding.ownership.suspend ? suspended(std::move(plan)) : plan;
}

TargetState state_of(const v1::Target& target, const std::optional<TargetSnapshot>& snapshot) {
  if (!snapshot) return TargetAbsent{};
  TargetPresent present{snapshot->format, snapshot->entity_tag, {}};
  if (snapshot->data) present.content = fingerprint_of(target, *snapshot->data);
  return present;
}

// A certificate that becomes valid soon is looked at again then, not at some later resync.
Next next_for(const TargetOutcome& outcome, const std::optional<LeafFacts>& leaf, WallTime now) {
  if (outcome.error) return next_after(*outcome.error);
  if (outcome.plan->reason == Reason::not_yet_valid) {
    return After{std::chrono::duration_cast<Duration>(leaf->not_before - now)};
  }
  return AtResync{};
}

std::optional<WallTime> earlier(std::optional<WallTime> a, std::optional<WallTime> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

std::optional<LeafFacts> in_place(const v1::Target& target,
                                  const Result<std::optional<TargetSnapshot>>& observed) {
  if (!observed || !*observed || !(*observed)->data) return {};
  return leaf_in(target, *(*observed)->data);
}

// A service that asks us to wait is heard even where its answer decides nothing: because the source
// is held, or could not be read either.
Next told_by(const Result<std::optional<TargetSnapshot>>& observed) {
  if (observed || !observed.error().retry_after) return AtResync{};
  return next_after(observed.error());
}

}  // namespace

// The source as the rules see it, and the clean parts to write (only of a readable one).
struct Reconciler::Inspected {
  SourceState state{};
  std::string version{};
  std::optional<tls::Bundle> bundle{};
};

Result<Reconciler::Inspected> Reconciler::observe_source(const v1::Binding& binding,
                                                         SteadyTime deadline) {
  auto fetched = source_.fetch(binding.source, deadline);
  if (!fetched) return tl::make_unexpected(std::move(fetched.error()));
  if (std::holds_alternative<SourceMissing>(*fetched)) return Inspected{SourceMissing{}, {}, {}};
  if (auto* unreadable = std::get_if<SourceUnreadable>(&*fetched)) {
    return Inspected{std::move(*unreadable), {}, {}};
  }
  auto& payload = std::get<SourcePayload>(*fetched);
  auto bundle = tls::inspect(payload, binding.require->issued_by.pem);
  if (!bundle) return Inspected{SourceUnreadable{bundle.error().message}, {}, {}};
  SourceReadable facts = bundle->facts;
  return Inspected{std::move(facts), std::move(payload.version), std::move(*bundle)};
}

// Targets are read before the source. A write is conditional on the entity tag read here, so what
// is written can only be newer than what was there at that time: a controller that was slow can
// never put an old certificate over a newer one of somebody else's.
Outcome Reconciler::reconcile(const v1::Binding& binding, SteadyTime deadline,
                              const std::vector<TargetMemory>& memories) {
  std::vector<ObservedTarget> observed;
  for (const v1::Target& target : binding.targets) {
    observed.push_back(target_.fetch(target, deadline));
  }
  Outcome outcome;
  const auto source = observe_source(binding, deadline);
  if (source && source->bundle) {
    outcome.leaf = source->bundle->facts.leaf;
    outcome.version = source->version;
  }
  outcome.next = AtResync{};
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const v1::Target& target = binding.targets[i];
    outcome.next = combine(outcome.next, told_by(observed[i]));
    Served served{in_place(target, observed[i]), outcome.leaf, {}};
    const TargetMemory memory = i < memories.size() ? memories[i] : TargetMemory{};
    TargetOutcome done =
        source ? reconcile_target(binding, target, *source, observed[i], served, memory, deadline)
               : failed(source.error());
    if (done.wrote && has_leaf(target)) served.in_place = outcome.leaf;
    if (done.error) {
      served.plan = tl::make_unexpected(*done.error);
    } else {
      served.plan = *done.plan;
    }
    const WallTime now = clock_.wall_now();
    done.expiring = expiry_of(served, binding.expiring_within, now);
    outcome.next = combine(outcome.next, next_for(done, outcome.leaf, now));
    outcome.changes_at = earlier(outcome.changes_at, next_change(served, binding, now));
    outcome.targets.push_back(std::move(done));
  }
  return outcome;
}

TargetOutcome Reconciler::reconcile_target(const v1::Binding& binding, const v1::Target& target,
                                           const Inspected& source, const ObservedTarget& snapshot,
                                           const Served& served, TargetMemory memory,
                                           SteadyTime deadline) {
  const WallTime now = clock_.wall_now();
  if (auto held = objection_to_source(target, *binding.require, source.state, now)) {
    return decided(as_wished(binding, std::move(*held)));
  }
  if (!snapshot) return failed(snapshot.error());

  SecretData desired = render(target, *source.bundle);
  const Fingerprint wanted = fingerprint_of(target, desired);
  const TargetState state = state_of(target, *snapshot);
  memory = after_look(std::move(memory), binding, state, wanted, now);
  Plan plan = not_backwards(compare(target, state, wanted), *binding.require, *served.source,
                            served.in_place);
  plan = as_wished(binding, permitted(std::move(plan), binding, memory, wanted, now));

  TargetOutcome outcome = decided(std::move(plan));
  Result<std::string> written;
  switch (outcome.plan->action()) {
    case Action::nothing:
    case Action::hold:
      outcome.memory = std::move(memory);
      if (*snapshot) outcome.entity_tag = (*snapshot)->entity_tag;
      return outcome;
    case Action::create:
      written = target_.create(target, desired, deadline);
      break;
    case Action::replace:
      desired = merged(target, std::move(desired), *(*snapshot)->data);
      written = target_.replace(target, desired, outcome.plan->if_match, deadline);
      break;
  }
  if (!written) {
    outcome.error = written.error();
    outcome.memory = after_failed_write(std::move(memory), wanted);
    return outcome;
  }
  outcome.wrote = !target_.is_dry_run();
  outcome.memory = after_write(std::move(memory), wanted);
  outcome.entity_tag = std::move(*written);
  return outcome;
}

}  // namespace certloop

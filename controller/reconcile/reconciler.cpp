#include "controller/reconcile/reconciler.h"

#include <utility>

#include "controller/core/decide.h"
#include "controller/reconcile/render.h"
#include "controller/tls/bundle.h"

namespace certloop {
namespace {

TargetOutcome failed(Error error) {
  return {{}, std::move(error), false, {}, {}};
}

Plan as_wished(const v1::Binding& binding, Plan plan) {
  return binding.ownership.suspend ? suspended(std::move(plan)) : plan;
}

TargetState state_of(const v1::Target& target, const std::optional<TargetSnapshot>& snapshot) {
  if (!snapshot) return TargetAbsent{};
  TargetPresent present{snapshot->format, snapshot->entity_tag, {}, {}};
  if (snapshot->data) {
    present.content = fingerprint_of(target, *snapshot->data);
    present.in_place = leaf_in(target, *snapshot->data);
  }
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

Result<Reconciler::Inspected> Reconciler::observe_source(const v1::Source& source,
                                                         SteadyTime deadline) {
  auto fetched = source_.fetch(source, deadline);
  if (!fetched) return tl::make_unexpected(std::move(fetched.error()));
  if (std::holds_alternative<SourceMissing>(*fetched)) return Inspected{SourceMissing{}, {}, {}};
  if (auto* unreadable = std::get_if<SourceUnreadable>(&*fetched)) {
    return Inspected{std::move(*unreadable), {}, {}};
  }
  auto& payload = std::get<SourcePayload>(*fetched);
  auto bundle = tls::inspect(payload);
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
  const auto source = observe_source(binding.source, deadline);
  if (source && source->bundle) {
    outcome.leaf = source->bundle->facts.leaf;
    outcome.version = source->version;
  }
  outcome.next = AtResync{};
  for (std::size_t i = 0; i < observed.size(); ++i) {
    outcome.next = combine(outcome.next, told_by(observed[i]));
    const TargetMemory memory = i < memories.size() ? memories[i] : TargetMemory{};
    outcome.targets.push_back(source ? reconcile_target(binding, binding.targets[i], *source,
                                                        observed[i], memory, deadline)
                                     : failed(source.error()));
    outcome.next =
        combine(outcome.next, next_for(outcome.targets.back(), outcome.leaf, clock_.wall_now()));
  }
  return outcome;
}

TargetOutcome Reconciler::reconcile_target(const v1::Binding& binding, const v1::Target& target,
                                           const Inspected& source, const ObservedTarget& snapshot,
                                           TargetMemory memory, SteadyTime deadline) {
  const WallTime now = clock_.wall_now();
  if (auto held = objection_to_source(target, binding.require, source.state, now)) {
    return {as_wished(binding, std::move(*held)), {}, false, {}, {}};
  }
  if (!snapshot) return failed(snapshot.error());

  SecretData desired = render(target, *source.bundle);
  const Fingerprint wanted = fingerprint_of(target, desired);
  const TargetState state = state_of(target, *snapshot);
  memory = after_look(std::move(memory), binding, state, wanted, now);
  Plan plan = not_backwards(compare(target, state, wanted), binding.require,
                            source.bundle->facts.leaf, state);
  plan = as_wished(binding, permitted(std::move(plan), binding, memory, wanted, now));

  Result<std::string> written;
  switch (plan.action()) {
    case Action::nothing:
    case Action::hold:
      return {
          std::move(plan), {}, false, std::move(memory), *snapshot ? (*snapshot)->entity_tag : ""};
    case Action::create:
      written = target_.create(target, desired, deadline);
      break;
    case Action::replace:
      desired = merged(target, std::move(desired), *(*snapshot)->data);
      written = target_.replace(target, desired, plan.if_match, deadline);
      break;
  }
  if (!written) {
    return {
        std::move(plan), written.error(), false, after_failed_write(std::move(memory), wanted), {}};
  }
  return {std::move(plan),
          {},
          !target_.is_dry_run(),
          after_write(std::move(memory), wanted),
          std::move(*written)};
}

}  // namespace certloop

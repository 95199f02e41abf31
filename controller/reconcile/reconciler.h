#pragma once
#include <optional>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/conditions.h"
#include "controller/core/observed.h"
#include "controller/core/pace.h"
#include "controller/ports/clock.h"
#include "controller/ports/secret_source.h"
#include "controller/ports/secret_target.h"

namespace certloop {

// How long a run of this binding may take: `base`, and as much again for every twenty targets, so
// that the last targets of a wide mapping are reached however slow the services are.
inline Duration time_for(const v1::Binding& binding, Duration base) {
  return base * (1 + static_cast<Duration::rep>(binding.targets.size() / 20));
}

// What one run did: one entry for each target of the binding, in its order.
struct Outcome {
  std::optional<LeafFacts> leaf{};  // the certificate that was seen
  std::string version{};            // its version's id; empty: not told
  bool unchanged = false;           // asked, not looked at: nothing new, and no entry in `targets`
  std::vector<TargetOutcome> targets{};
  Next next{};
  // When time alone will change what was found; empty: never.
  std::optional<WallTime> changes_at{};
};

// Makes targets equal to their source, one binding at a time: observe, decide, act. Gets a binding
// and never an event, so it is safe to run at any time, twice, in any order, and beside another
// controller (every write is conditional). One read of the source serves all targets; each target
// gets at most one write; a target that fails or is held does not stop the others. Never throws.
// Threads: any number at once, for different bindings.
class Reconciler {
 public:
  Reconciler(SecretSource& source, SecretTarget& target, const Clock& clock)
      : source_(source), target_(target), clock_(clock) {}

  // `memories`: what is known of each target, in the binding's order; none given: nothing.
  Outcome reconcile(const v1::Binding& binding, SteadyTime deadline,
                    const std::vector<TargetMemory>& memories = {});

 private:
  struct Inspected;
  using ObservedTarget = Result<std::optional<TargetSnapshot>>;
  Result<Inspected> observe_source(const v1::Binding& binding, SteadyTime deadline);
  TargetOutcome reconcile_target(const v1::Binding& binding, const v1::Target& target,
                                 const Inspected& source, const ObservedTarget& snapshot,
                                 const Served& served, TargetMemory memory, SteadyTime deadline);

  SecretSource& source_;
  SecretTarget& target_;
  const Clock& clock_;
};

// A target that accepts every write and does none: the one difference between `plan` and `sync`.
class DryRunTarget : public SecretTarget {
 public:
  explicit DryRunTarget(SecretTarget& real) : real_(real) {}
  Result<std::optional<TargetSnapshot>> fetch(const v1::Target& target,
                                              SteadyTime deadline) override {
    return real_.fetch(target, deadline);
  }
  Result<std::string> create(const v1::Target&, const SecretData&, SteadyTime) override {
    return {};
  }
  Result<std::string> replace(const v1::Target&, const SecretData&, const std::string&,
                              SteadyTime) override {
    return {};
  }
  bool is_dry_run() const override { return true; }

 private:
  SecretTarget& real_;
};

}  // namespace certloop

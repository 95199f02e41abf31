#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "api/v1/binding.h"
#include "api/v1/status.h"
#include "controller/core/ownership.h"
#include "controller/core/pace.h"
#include "controller/core/work_queue.h"
#include "controller/engine/intake.h"
#include "controller/engine/survey.h"
#include "controller/reconcile/reconciler.h"

namespace certloop {

// One run to be done.
struct Job {
  std::shared_ptr<const v1::Binding> binding{};
  Trigger trigger = Trigger::resync;
  int failures = 0;
  std::vector<TargetMemory> memories{};  // of the binding's targets, in their order
  std::optional<Suspicion> suspicion{};  // asking for the version may be enough
};

// One place to be listed.
struct SurveyJob {
  std::string key{};
  Place place{};
  int failures = 0;
};
using Lines = std::variant<SourceLines, TargetLines>;

// What became of the runs that a wake-up caused.
struct WakeResult {
  struct Run {
    std::shared_ptr<const v1::Binding> binding{};
    std::shared_ptr<const Outcome> outcome{};
  };
  std::vector<Run> runs{};
  bool abandoned = false;  // shut down before all of them were done
};
using WakeDone = std::function<void(WakeResult)>;

// The desired state, the queue over it, the status of it, what is remembered of the targets, and
// who waits for what. Passive: it is told the time and random numbers, owns no thread and no lock.
// The runner drives it with threads, a simulation drives it with virtual time.
class Dispatcher {
 public:
  explicit Dispatcher(PacePolicy pace) : pace_(pace) {}

  // The new desired state. New and changed bindings are looked at now, unchanged ones keep their
  // turn, gone ones are forgotten (their waiters' runs count as done).
  std::vector<std::function<void()>> set_bindings(std::vector<v1::Binding> bindings, SteadyTime now,
                                                  WallTime wall);
  // True once there is a desired state; before, nothing can be said about any secret.
  bool has_bindings() const { return has_bindings_; }
  // Asks for a look at these bindings (unknown ids are skipped) and returns how many are known.
  // With `done`, it is called once, after the last of the runs that began after this call. Beyond
  // kMaxWaiters waiters, and when no id is known, `done` is dropped uncalled and `waiting` is
  // false.
  struct Woken {
    std::size_t bindings = 0;
    bool waiting = false;
  };
  Woken wake(const std::vector<std::string>& ids, Trigger trigger, SteadyTime now,
             WakeDone done = {});
  // Looks at everything, not before `at`. Returns how many bindings there are.
  std::size_t wake_all(Trigger trigger, SteadyTime at);

  std::optional<Job> take(SteadyTime now);
  // Ends a job; returns the waiters' calls, to be made without any lock held.
  std::vector<std::function<void()>> complete(const Job& job, Outcome outcome, SteadyTime now,
                                              WallTime wall, double unit_random);
  // Nothing more will be taken: everybody who waits is told so.
  std::vector<std::function<void()>> abandon();

  // The surveys have a queue of their own. `complete_survey` tells how many bindings a list gave a
  // reason to look at; it wakes them.
  std::optional<SurveyJob> take_survey(SteadyTime now);
  std::size_t complete_survey(const SurveyJob& job, const Result<Lines>& lines, SteadyTime now,
                              double unit_random);

  std::optional<SteadyTime> next_ready_at() const;
  std::vector<v1::MappingStatus> statuses() const;
  std::vector<std::string> find(const std::vector<SecretHint>& secrets) const {
    return intake_.find(secrets);
  }

  static constexpr std::size_t kMaxWaiters = 4096;
  static constexpr int kPatience = 3;  // lists that fail in a row before all is looked at itself

 private:
  struct Waiter {
    std::size_t pending = 0;
    WakeResult result{};
    WakeDone done{};
  };
  using Waiters = std::vector<std::shared_ptr<Waiter>>;
  struct Entry {
    std::shared_ptr<const v1::Binding> binding{};
    std::optional<LeafFacts> leaf{};                 // as last seen
    std::vector<v1::TargetConditions> conditions{};  // of the targets, in the binding's order
    std::optional<SteadyTime> changes_at{};  // time alone changes what the last whole look found
    Waiters for_next_run{};
    Waiters for_this_run{};
  };
  struct Surveyed {
    Place place{};
    std::chrono::seconds resync{};  // the shortest of those who use it
  };
  static v1::MappingStatus status_of(const Entry& entry);
  using Calls = std::vector<std::function<void()>>;

  void replace_binding(v1::Binding binding, SteadyTime now, WallTime wall);
  // What the looks taught about each target, by its place, whichever binding names it; forgotten
  // when none does.
  void forget_others(const std::set<std::string>& places);
  Turn turn_after(const Job& job, const Outcome& outcome, SteadyTime now, double unit_random) const;
  static void fold_into(Entry& entry, const Outcome& outcome, WallTime wall);
  void learn(const Job& job, const Outcome& outcome, bool is_current);
  bool has_surveys() const { return pace_.full_look > Duration::zero(); }
  void plan_surveys(SteadyTime now);
  Duration resync_of(const v1::Binding& binding) const;
  void settle(Waiters& waiters, const WakeResult::Run* run, Calls& calls);

  PacePolicy pace_;
  WorkQueue queue_;
  Intake intake_;
  Survey survey_;
  WorkQueue surveys_;
  std::map<std::string, Surveyed> surveyed_;  // by the key in surveys_
  std::map<std::string, Entry> entries_;
  std::map<std::string, TargetMemory> memories_;
  std::size_t waiters_ = 0;
  bool has_bindings_ = false;
};

}  // namespace certloop

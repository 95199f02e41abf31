#pragma once
#include "controller/engine/dispatcher.h"
#include "controller/ports/clock.h"
#include "controller/ports/cloud_lists.h"
#include "controller/ports/telemetry.h"

namespace certloop {

// Does one job that a dispatcher handed out: reconciles under a guard, then reports. Passive, as
// the dispatcher is: between Dispatcher::take and Dispatcher::complete, on whichever thread, real
// or simulated. Threads: any number at once, for different jobs.
class Worker {
 public:
  // `run_deadline`: of one run, all its calls together. `lists`: may be null where the dispatcher
  // makes no surveys.
  Worker(Reconciler& reconciler, Telemetry& telemetry, const Clock& clock, Duration run_deadline,
         CloudLists* lists = nullptr)
      : reconciler_(reconciler),
        telemetry_(telemetry),
        clock_(clock),
        run_deadline_(run_deadline),
        lists_(lists) {}

  // Never throws: whatever a library throws counts as a fault of ours.
  Outcome run(const Job& job);
  Result<Lines> run(const SurveyJob& job);
  void report(const SurveyJob& job, const Result<Lines>& lines, std::size_t moved, Duration took);

 private:
  Outcome reconcile(const Job& job);
  Outcome check_or_reconcile(const Job& job, SteadyTime deadline);
  void report(const Job& job, const Outcome& outcome, Duration took);

  Reconciler& reconciler_;
  Telemetry& telemetry_;
  const Clock& clock_;
  const Duration run_deadline_;
  CloudLists* const lists_;
};

}  // namespace certloop

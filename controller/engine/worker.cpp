#include "controller/engine/worker.h"

namespace certloop {

Outcome Worker::run(const Job& job) {
  const SteadyTime begin = clock_.steady_now();
  Outcome outcome = reconcile(job);
  const SteadyTime end = clock_.steady_now();
  report(job, outcome, std::chrono::duration_cast<Duration>(end - begin));
  return outcome;
}

Outcome Worker::reconcile(const Job& job) {
  try {
    return reconciler_.reconcile(*job.binding,
                                 clock_.steady_now() + time_for(*job.binding, run_deadline_),
                                 job.memories);
  } catch (...) {
    // The text is not shown: it may quote what the library was working on.
    const Error error{ErrorCode::internal, "unexpected exception in a run", {}};
    Outcome outcome;
    outcome.targets.assign(job.binding->targets.size(), TargetOutcome{{}, error, false, {}});
    outcome.next = next_after(error);
    return outcome;
  }
}

void Worker::report(const Job& job, const Outcome& outcome, Duration took) {
  for (std::size_t i = 0; i < outcome.targets.size(); ++i) {
    telemetry_.on(TargetReconciled{job.binding->id, v1::display_name(job.binding->targets[i]),
                                   outcome.targets[i].plan, outcome.targets[i].error, job.trigger,
                                   took});
  }
}

}  // namespace certloop

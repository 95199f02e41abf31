#include "controller/engine/worker.h"

namespace certloop {
namespace {

Outcome failed(const v1::Binding& binding, const Error& error) {
  Outcome outcome;
  TargetOutcome target;
  target.error = error;
  outcome.targets.assign(binding.targets.size(), target);
  outcome.next = next_after(error);
  return outcome;
}

Outcome unchanged(const std::string& version) {
  Outcome outcome;
  outcome.version = version;
  outcome.unchanged = true;
  outcome.next = AtResync{};
  return outcome;
}

}  // namespace

Outcome Worker::run(const Job& job) {
  const SteadyTime begin = clock_.steady_now();
  Outcome outcome = reconcile(job);
  const SteadyTime end = clock_.steady_now();
  report(job, outcome, std::chrono::duration_cast<Duration>(end - begin));
  return outcome;
}

// The version is asked for before the look, so it is at most as new as what the look sees. A
// service that cannot answer now is not asked for more; any other refusal leaves it to the look to
// find out.
Outcome Worker::check_or_reconcile(const Job& job, SteadyTime deadline) {
  std::string version;
  if (lists_ && job.suspicion) {
    auto current = lists_->current_version(job.binding->source.manager->endpoint,
                                           job.suspicion->secret_id, deadline);
    if (!current && current.error().code == ErrorCode::unavailable) {
      return failed(*job.binding, current.error());
    }
    version = std::move(current).value_or("");
    if (!version.empty() && version == job.suspicion->known_version) return unchanged(version);
  }
  Outcome outcome = reconciler_.reconcile(*job.binding, deadline, job.memories);
  if (outcome.version.empty()) outcome.version = std::move(version);
  return outcome;
}

Result<Lines> Worker::run(const SurveyJob& job) {
  const SteadyTime deadline = clock_.steady_now() + run_deadline_;
  const Place& place = job.place;
  try {
    if (place.project_id.empty()) return lists_->sources(place.endpoint, deadline);
    return lists_->targets(place.endpoint, place.project_id, deadline);
  } catch (...) {
    return fail(ErrorCode::internal, "unexpected exception in a survey");
  }
}

void Worker::report(const SurveyJob& job, const Result<Lines>& lines, std::size_t moved,
                    Duration took) {
  PlaceSurveyed event;
  event.place = job.place.endpoint.url;
  if (!job.place.project_id.empty()) event.place += " project " + job.place.project_id;
  event.moved = moved;
  event.took = took;
  if (lines) {
    event.lines = std::visit([](const auto& list) { return list.size(); }, *lines);
  } else {
    event.error = lines.error();
  }
  telemetry_.on(event);
}

Outcome Worker::reconcile(const Job& job) {
  try {
    return check_or_reconcile(job, clock_.steady_now() + time_for(*job.binding, run_deadline_));
  } catch (...) {
    // The text is not shown: it may quote what the library was working on.
    return failed(*job.binding, {ErrorCode::internal, "unexpected exception in a run", {}});
  }
}

void Worker::report(const Job& job, const Outcome& outcome, Duration took) {
  for (std::size_t i = 0; i < outcome.targets.size(); ++i) {
    telemetry_.on(TargetReconciled{job.binding->id, v1::display_name(job.binding->targets[i]),
                                   outcome.targets[i].plan, outcome.targets[i].error,
                                   outcome.targets[i].expiring, job.trigger, took});
  }
}

}  // namespace certloop

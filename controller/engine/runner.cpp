#include "controller/engine/runner.h"

#include <cassert>
#include <utility>

namespace certloop {
namespace {

void make(const std::vector<std::function<void()>>& calls) {
  for (const auto& call : calls) call();
}

}  // namespace

Runner::Runner(Reconciler& reconciler, Telemetry& telemetry, const Clock& clock,
               std::function<double()> unit_random, RunnerOptions options, CloudLists* lists)
    : clock_(clock),
      unit_random_(std::move(unit_random)),
      options_(options),
      worker_(reconciler, telemetry, clock, options.run_deadline, lists),
      dispatcher_(options.pace) {
  assert(lists || options.pace.full_look == Duration::zero());
}

Runner::~Runner() {
  stop(Duration::zero());
  for (std::thread& thread : threads_) thread.join();
}

void Runner::start() {
  for (unsigned i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { work(); });
}

void Runner::set_bindings(std::vector<v1::Binding> bindings) {
  std::unique_lock lock(mutex_);
  const auto calls =
      dispatcher_.set_bindings(std::move(bindings), clock_.steady_now(), clock_.wall_now());
  lock.unlock();
  changed_.notify_all();
  make(calls);
}

bool Runner::has_bindings() const {
  const std::lock_guard lock(mutex_);
  return dispatcher_.has_bindings();
}

Dispatcher::Woken Runner::wake(const std::vector<SecretHint>& secrets, Trigger trigger,
                               WakeDone done) {
  std::unique_lock lock(mutex_);
  if (stopping_) return {};
  const auto woken =
      dispatcher_.wake(dispatcher_.find(secrets), trigger, clock_.steady_now(), std::move(done));
  lock.unlock();
  changed_.notify_all();
  return woken;
}

std::size_t Runner::wake_all(Trigger trigger, SteadyTime at) {
  std::unique_lock lock(mutex_);
  if (stopping_) return 0;
  const std::size_t woken = dispatcher_.wake_all(trigger, at);
  lock.unlock();
  changed_.notify_all();
  return woken;
}

std::vector<v1::MappingStatus> Runner::statuses() const {
  const std::lock_guard lock(mutex_);
  return dispatcher_.statuses();
}

bool Runner::stop(Duration grace) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  const bool drained =
      idle_.wait_until(lock, clock_.steady_now() + grace, [this] { return running_ == 0; });
  const auto calls = dispatcher_.abandon();
  lock.unlock();
  make(calls);
  return drained;
}

void Runner::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const SteadyTime now = clock_.steady_now();
    if (const auto survey = dispatcher_.take_survey(now)) {
      run(lock, *survey);
    } else if (const auto job = dispatcher_.take(now)) {
      run(lock, *job);
    } else if (const auto at = dispatcher_.next_ready_at()) {
      changed_.wait_until(lock, *at);
    } else {
      changed_.wait(lock);
    }
  }
}

void Runner::run(std::unique_lock<std::mutex>& lock, const Job& job) {
  ++running_;
  lock.unlock();
  Outcome outcome = worker_.run(job);
  lock.lock();
  const auto calls = dispatcher_.complete(job, std::move(outcome), clock_.steady_now(),
                                          clock_.wall_now(), unit_random_());
  lock.unlock();
  make(calls);
  lock.lock();
  --running_;
  idle_.notify_all();
  changed_.notify_one();  // the next turn may be sooner than what another worker waits for
}

void Runner::run(std::unique_lock<std::mutex>& lock, const SurveyJob& job) {
  ++running_;
  lock.unlock();
  const SteadyTime begin = clock_.steady_now();
  const Result<Lines> lines = worker_.run(job);
  const SteadyTime end = clock_.steady_now();
  lock.lock();
  const std::size_t moved = dispatcher_.complete_survey(job, lines, end, unit_random_());
  lock.unlock();
  worker_.report(job, lines, moved, std::chrono::duration_cast<Duration>(end - begin));
  lock.lock();
  --running_;
  idle_.notify_all();
  changed_.notify_all();  // several bindings may have been woken
}

}  // namespace certloop

#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "controller/engine/dispatcher.h"
#include "controller/engine/worker.h"
#include "controller/ports/clock.h"
#include "controller/ports/telemetry.h"

namespace certloop {

struct RunnerOptions {
  unsigned workers = 4;           // runs at once
  Duration run_deadline{60'000};  // of one run, all its calls together
  PacePolicy pace{};
};

// Drives a dispatcher with N threads: the one place that waits, the one lock. Every method may be
// called from any thread; callbacks are made on a worker's thread with no lock held.
class Runner {
 public:
  // `unit_random`: numbers in [0,1) for jitter; called under the lock. `lists`: what the surveys
  // read; without them options.pace.full_look has to be zero.
  Runner(Reconciler& reconciler, Telemetry& telemetry, const Clock& clock,
         std::function<double()> unit_random, RunnerOptions options, CloudLists* lists = nullptr);
  ~Runner();  // stops and joins; may last as long as a run's deadline

  void start();
  void set_bindings(std::vector<v1::Binding> bindings);
  bool has_bindings() const;
  Dispatcher::Woken wake(const std::vector<SecretHint>& secrets, Trigger trigger, WakeDone done);
  std::size_t wake_all(Trigger trigger, SteadyTime at);
  std::vector<v1::MappingStatus> statuses() const;

  // Takes no new work and waits until what runs has ended, at most `grace`. True: all has ended.
  // Everybody who waited for a run that was not made is told so.
  bool stop(Duration grace);

 private:
  void work();
  void run(std::unique_lock<std::mutex>& lock, const Job& job);
  void run(std::unique_lock<std::mutex>& lock, const SurveyJob& job);

  const Clock& clock_;
  const std::function<double()> unit_random_;
  const RunnerOptions options_;
  Worker worker_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // new work, or the end
  std::condition_variable idle_;     // a run has ended
  Dispatcher dispatcher_;
  unsigned running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace certloop

#include "controller/app/pass.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "controller/engine/intake.h"
#include "controller/ibm/notification.h"

namespace certloop::app {

std::vector<v1::Binding> share_of(std::vector<v1::Binding> bindings, std::size_t index,
                                  std::size_t size) {
  std::vector<v1::Binding> share;
  for (std::size_t i = index; i < bindings.size(); i += size)
    share.push_back(std::move(bindings[i]));
  return share;
}

std::vector<v1::Binding> concerned_by(std::vector<v1::Binding> bindings, const std::string& event) {
  const auto notification = ibm::parse_notification({}, event);
  if (!notification || notification->kind != Notification::Kind::secrets) return bindings;
  Intake::Bindings all;
  for (v1::Binding& binding : bindings) {
    all.push_back(std::make_shared<const v1::Binding>(std::move(binding)));
  }
  const auto ids = Intake(all).find(notification->secrets);
  std::vector<v1::Binding> concerned;
  for (const auto& binding : all) {
    if (std::binary_search(ids.begin(), ids.end(), binding->id)) concerned.push_back(*binding);
  }
  return concerned;
}

std::vector<PassResult> look_once(Stack& stack, const Options& options,
                                  std::vector<v1::Binding> bindings, Mode mode) {
  DryRunTarget no_writes(stack.target());
  SecretTarget& target =
      mode == Mode::plan ? static_cast<SecretTarget&>(no_writes) : stack.target();
  Reconciler reconciler(stack.source(), target, stack.clock());

  std::vector<PassResult> results(bindings.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < results.size(); i = next++) {
      results[i].binding = std::make_shared<const v1::Binding>(std::move(bindings[i]));
      const Duration time = time_for(*results[i].binding, options.run_deadline);
      results[i].outcome =
          reconciler.reconcile(*results[i].binding, stack.clock().steady_now() + time);
    }
  };
  std::vector<std::thread> workers;
  const std::size_t count = std::min<std::size_t>(options.workers, results.size());
  for (std::size_t i = 0; i < count; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  return results;
}

}  // namespace certloop::app

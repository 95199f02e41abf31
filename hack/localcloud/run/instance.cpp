#include "hack/localcloud/run/instance.h"

#include <algorithm>
#include <utility>

#include "hack/localcloud/ce/delay.h"

namespace localcloud::run {
namespace {

constexpr std::chrono::minutes kLongestRestartWait{5};
constexpr std::chrono::minutes kRunsWell{10};  // after that long, an exit is the first again
constexpr int kMostDoublings = 20;
constexpr int kKilled = 137;

// `asked`: by SIGTERM, and then perhaps by SIGKILL. Nobody else but the kernel kills.
std::string reason_of(int code, bool asked) {
  if (code == 0) return "Completed";
  return code == kKilled && !asked ? "OOMKilled" : "Error";
}

Json running(const std::string& since) {
  return {{"container_status", "running"}, {"started_at", since}};
}

}  // namespace

Instance::Instance(Machine machine, ContainerSpec spec, OnChange on_change)
    : machine_(machine), spec_(std::move(spec)), on_change_(std::move(on_change)) {}

Instance::~Instance() {
  machine_.ports.give_back(port_);
}

void Instance::start(const ce::Surroundings& around) {
  port_ = machine_.ports.lend();
  spec_.variables["PORT"] = std::to_string(port_);
  started_at_ = rfc3339(machine_.world.clock.now());
  started_ = std::chrono::steady_clock::now();
  container_ = machine_.launcher.start(spec_, around, [this](int code) { exited(code); });
  probe();
}

void Instance::probe() {
  const int image_port = spec_.document.value("image_port", 8080);
  const auto spec = [&](const char* member) {
    return probe_spec(spec_.document.value(member, Json::object()), image_port, port_);
  };
  readiness_ = std::make_unique<Probe>(machine_, spec("probe_readiness"), false,
                                       [this](bool well) { turned(well); });
  if (spec_.document.value("probe_liveness", Json()).empty()) return;
  liveness_ =
      std::make_unique<Probe>(machine_, spec("probe_liveness"), true, [this](bool) { fell_ill(); });
}

void Instance::turned(bool ready) {
  has_been_ready_ = has_been_ready_ || ready;
  on_change_();
}

// The process is asked to end; it comes again by exited().
void Instance::fell_ill() {
  readiness_.reset();
  liveness_.reset();
  if (container_) container_->stop(grace());
  on_change_();
}

void Instance::doubt() {
  if (readiness_) readiness_->doubt();
}

std::optional<int> Instance::last_exit() const {
  return last_ ? std::optional(last_->code) : std::nullopt;
}

void Instance::exited(int code) {
  last_ = End{code, reason_of(code, container_->stopping()), started_at_,
              rfc3339(machine_.world.clock.now())};
  readiness_.reset();
  liveness_.reset();
  container_.reset();
  machine_.ports.give_back(std::exchange(port_, 0));
  if (leaving_) return std::exchange(left_, nullptr)();
  restart_later(restart_wait());
  on_change_();
}

std::chrono::milliseconds Instance::restart_wait() {
  if (std::chrono::steady_clock::now() - started_ >= kRunsWell) exits_in_a_row_ = 0;
  const auto first = ce::delay(machine_.world, "ce_restart_first_ms");
  const int doublings = std::min(exits_in_a_row_++, kMostDoublings);
  return std::min<std::chrono::milliseconds>(first * (1 << doublings), kLongestRestartWait);
}

void Instance::restart_later(std::chrono::milliseconds wait) {
  machine_.world.scheduler->after(wait, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && !self->leaving_) self->restart();
  });
}

// Each start reads secrets and config maps anew; what is missing is waited for.
void Instance::restart() {
  const auto around = machine_.reports.surroundings(spec_.workload, spec_.document);
  if (!around.missing.empty()) return restart_later(restart_wait());
  ++restarts_;
  start(around);
  on_change_();
}

ce::InstanceReport Instance::report() const {
  const Json last = !last_ ? Json::object()
                           : Json{{"container_status", "terminated"},
                                  {"exit_code", last_->code},
                                  {"reason", last_->reason},
                                  {"started_at", last_->started_at},
                                  {"completed_at", last_->completed_at}};
  const Json now = container_ ? running(started_at_) : Json{{"container_status", "pending"}};
  return {.name = spec_.instance,
          .status = has_been_ready_ ? "running" : "pending",
          .restarts = restarts_,
          .user_container = {{"current_state", now}, {"last_observed_state", last}},
          .system_container = {{"current_state", running(started_at_)},
                               {"last_observed_state", Json::object()}}};
}

void Instance::send(OutboundRequest request, Done done) {
  ++in_flight_;
  request.url.insert(0, "http://127.0.0.1:" + std::to_string(port_));
  machine_.world.outbound->send(
      std::move(request),
      [weak = weak_from_this(), done = std::move(done)](const OutboundResult& result) {
        if (const auto self = weak.lock()) self->sent();
        done(result);
      });
}

void Instance::sent() {
  --in_flight_;
  if (leaving_ && in_flight_ == 0) stop();
}

void Instance::leave(std::function<void()> left) {
  leaving_ = true;
  left_ = std::move(left);
  readiness_.reset();
  liveness_.reset();
  if (!container_) return std::exchange(left_, nullptr)();
  if (in_flight_ == 0 || !machine_.world.switches.on("ce_drain_before_sigterm")) stop();
}

void Instance::stop() {
  if (container_) container_->stop(grace());
}

std::chrono::seconds Instance::grace() const {
  return std::chrono::seconds(spec_.document.value("scale_request_timeout", 300));
}

}  // namespace localcloud::run

#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hack/localcloud/run/machine.h"
#include "hack/localcloud/run/probe.h"

namespace localcloud::run {

// One instance of a revision, over all starts of its process.
class Instance : public std::enable_shared_from_this<Instance> {
 public:
  using OnChange = std::function<void()>;  // of readiness, or an exit; may destroy the instance
  using Done = std::function<void(const OutboundResult&)>;

  // `spec` without what is about the port.
  Instance(Machine machine, ContainerSpec spec, OnChange on_change);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  void start(const ce::Surroundings& around);  // once; `around` is complete

  const std::string& name() const { return spec_.instance; }
  bool ready() const { return !leaving_ && readiness_ && readiness_->well(); }
  bool has_been_ready() const { return has_been_ready_; }
  // How the last start ended; empty: none has.
  std::optional<int> last_exit() const;
  ce::InstanceReport report() const;

  int in_flight() const { return in_flight_; }
  // `url` of the request is the target alone. The instance's place is free again when `done` runs.
  void send(OutboundRequest request, Done done);
  // Nobody answers at the port: not ready until it is.
  void doubt();

  // No request comes any more: finishes those it has, then ends. `left` is called once, now or
  // later, and `on_change` never again.
  void leave(std::function<void()> left);

 private:
  struct End {
    int code = 0;
    std::string reason{};
    std::string started_at{};
    std::string completed_at{};
  };

  void probe();
  void turned(bool ready);
  void fell_ill();
  void exited(int code);
  void restart();
  void restart_later(std::chrono::milliseconds wait);
  std::chrono::milliseconds restart_wait();
  void sent();
  void stop();
  std::chrono::seconds grace() const;

  Machine machine_;
  ContainerSpec spec_;
  OnChange on_change_;
  std::function<void()> left_{};
  bool leaving_ = false;
  std::uint16_t port_ = 0;
  std::unique_ptr<Container> container_{};  // null: between two starts, or over
  std::unique_ptr<Probe> readiness_{};
  std::unique_ptr<Probe> liveness_{};
  bool has_been_ready_ = false;
  int in_flight_ = 0;
  int restarts_ = 0;
  int exits_in_a_row_ = 0;
  std::string started_at_{};
  std::chrono::steady_clock::time_point started_{};
  std::optional<End> last_{};
};

}  // namespace localcloud::run

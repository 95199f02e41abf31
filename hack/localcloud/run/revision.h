#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hack/localcloud/run/leaving.h"
#include "hack/localcloud/run/machine.h"
#include "hack/localcloud/run/scaler.h"

namespace localcloud::run {

// The instances of one revision: starts them, tells of them, and has as many as the traffic wants.
class Revision {
 public:
  // Called later, when requests may find a place that found none before.
  using OnChange = std::function<void()>;

  // `leaving` must outlive this.
  Revision(Machine machine, Leaving& leaving, ce::WorkloadId id, Json document, OnChange on_change);
  ~Revision();  // its instances leave; nothing is told of it any more
  Revision(const Revision&) = delete;
  Revision& operator=(const Revision&) = delete;

  // Later, starts what has not been started and can be.
  void look();

  // Its first instances have been ready once.
  bool serves() const { return state_ == State::kServes; }
  std::chrono::seconds request_timeout() const {
    return std::chrono::seconds(document_.value("scale_request_timeout", 300));
  }
  // It may still come to that, as far as one knows.
  bool is_coming() const;
  // The ready one with the fewest requests; null: all have as many as they may.
  std::shared_ptr<Instance> free() const;
  // `waiting`: requests that wait for a place here. To be called after every change of traffic.
  void scale(int waiting);

 private:
  enum class State { kWaits, kStarts, kServes, kFailed };

  void try_start();
  void look_for_room_later();
  void start(int count, const ce::Surroundings& around);
  std::string new_name() const;
  void changed();
  void judge_start();
  void give_up();
  void grow(int wanted);
  void shrink(int wanted);
  void look_at_traffic_in(std::chrono::milliseconds wait);
  void report_soon();
  ce::RevisionReport report() const;
  int in_flight() const;
  int first_instances() const;
  ScaleRules rules() const;
  // Runs later, if the revision is still there.
  void later(std::chrono::milliseconds wait, std::function<void()> task);

  Machine machine_;
  Leaving& leaving_;
  ce::WorkloadId id_;
  Json document_;
  OnChange on_change_;
  State state_ = State::kWaits;
  std::string failure_{};  // the reason of a revision that has failed, or is failing
  std::vector<std::shared_ptr<Instance>> instances_{};
  int starts_ = 0;    // how often it was begun: a deadline is that of one
  int reported_ = 0;  // instances that the project knows of
  bool report_is_due_ = false;
  bool looks_for_room_ = false;
  bool gave_up_ = false;  // its time is over: only a new revision can do better
  Scaler scaler_{};
  std::chrono::steady_clock::time_point next_look_ =
      std::chrono::steady_clock::time_point::max();  // at the traffic
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);
};

}  // namespace localcloud::run

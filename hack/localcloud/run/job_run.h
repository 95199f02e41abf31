#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "hack/localcloud/ce/workload.h"
#include "hack/localcloud/run/machine.h"

namespace localcloud::run {

void declare_job_switches(Switches& switches);

// One run of a job from its wish to its end: an index starts when the project has what it refers to
// and room for it, is tried again when it fails, and ends. Used on the cloud's thread.
class JobRun {
 public:
  // `on_over` is called once, later, when nothing of the run runs or will run; may destroy it.
  JobRun(Machine machine, ce::WorkloadId id, Json document, std::function<void()> on_over);
  JobRun(const JobRun&) = delete;
  JobRun& operator=(const JobRun&) = delete;

  // What is pending is to look (again) whether it can start; it does soon, not in here.
  void look();
  // Everything is stopped, and nothing is reported any more.
  void cancel();

 private:
  struct Index {
    ce::IndexReport report{};
    bool late = false;  // its execution time is over
    std::unique_ptr<Container> container{};
  };

  bool is_task() const { return document_.at("run_mode") == "task"; }
  std::chrono::milliseconds switched(const char* name) const;
  void later(std::chrono::milliseconds wait, void (JobRun::*step)());
  void later(std::chrono::milliseconds wait, void (JobRun::*step)(int), int index);

  void start_pending();
  bool start_as_room_is(const ce::Surroundings& around);
  void launch(int index, const ce::Surroundings& around);
  void relaunch(int index);
  void exited(int index, int code);
  void retry(int index);
  void expire(int index);
  void finish(int index, const std::string& status);
  void refuse(const std::string& reason);
  void report();
  bool all_finished() const;
  void end_if_over();

  std::map<std::string, std::string> variables(int index) const;
  std::string failure(int code) const;
  std::string now() const { return rfc3339(machine_.world.clock.now()); }

  Machine machine_;
  ce::WorkloadId id_;
  Json document_;
  std::function<void()> on_over_;
  std::map<int, Index> indices_{};
  bool looking_ = false;  // a step of start_pending() is under way
  bool cancelled_ = false;
  std::shared_ptr<bool> here_ = std::make_shared<bool>(true);  // for timers: expires with this
};

}  // namespace localcloud::run

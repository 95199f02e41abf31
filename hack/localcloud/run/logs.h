#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud::run {

// Whose lines: an app's or a job run's, whatever instance or revision of it.
struct LogId {
  std::string project_id{};
  std::string collection{};  // "apps" or "job_runs"
  std::string name{};
  friend auto operator<=>(const LogId&, const LogId&) = default;
};

// What workloads print, in memory: the last 2,000 lines and at most 1 MiB of each of the last 200
// workloads. They are as secret as the workload makes them.
class Logs {
 public:
  explicit Logs(const World& world) : world_(world) {}  // which must outlive this

  void add(const LogId& id, const std::string& instance, const std::string& line);

  // GET /_local/logs: {"logs":[{"project_id","collection","name","lines"}]}, the newest last.
  Json list() const;
  // GET /_local/logs/{project_id}/{collection}/{name}?instance=&tail=N: "TIME INSTANCE LINE" each.
  // Throws HttpError 404 for a workload that has printed nothing.
  Response show(const Request& request, const Params& params) const;

 private:
  struct Line {
    Time time{};
    std::string instance{};
    std::string text{};
  };
  struct Log {
    std::deque<Line> lines{};
    std::size_t size = 0;
    std::uint64_t touched = 0;  // the highest is the newest
  };

  void forget_oldest();

  const World& world_;
  std::map<LogId, Log> logs_{};
  std::uint64_t touches_ = 0;
};

}  // namespace localcloud::run

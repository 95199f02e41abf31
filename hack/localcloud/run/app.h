#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "hack/localcloud/run/forwarding.h"
#include "hack/localcloud/run/revision.h"

namespace localcloud::run {

// One app: its revisions, and the requests that wait for an instance of the one that serves.
class App : public std::enable_shared_from_this<App> {
 public:
  // `leaving` must outlive this.
  App(Machine machine, Leaving& leaving) : machine_(machine), leaving_(leaving) {}

  void wanted(const ce::WorkloadId& id, const Json& document);
  void gone(const ce::WorkloadId& id);
  bool has_revisions() const { return !revisions_.empty(); }

  // Answers when an instance has, or when there is none in time.
  void take(OutboundRequest request, Relay::Reply reply);
  // Requests that wait get this answer.
  void refuse_all(const Response& response);

 private:
  using Clock = std::chrono::steady_clock;

  // A request that is not answered yet.
  struct Visit {
    OutboundRequest request{};
    Relay::Reply reply{};
    Clock::time_point deadline{};
  };
  using VisitPtr = std::shared_ptr<Visit>;

  Revision* serving() const;
  // Of the revision that serves, else of the newest. There is one.
  std::chrono::seconds request_timeout() const;
  bool is_full(const Visit& another) const;
  void watch_deadlines();
  void expire(Clock::time_point deadline);
  void move();
  void pass(const VisitPtr& visit, const std::shared_ptr<Instance>& instance);
  void came_back(const VisitPtr& visit, Instance* instance, const OutboundResult& result);

  Machine machine_;
  Leaving& leaving_;
  std::map<std::string, std::unique_ptr<Revision>> revisions_{};  // the newest last
  std::deque<VisitPtr> waiting_{};
  Clock::time_point watched_ = Clock::time_point::max();  // the deadline that a timer waits for
};

}  // namespace localcloud::run

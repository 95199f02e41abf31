#include "hack/localcloud/run/app.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace localcloud::run {
namespace {

constexpr std::size_t kMostWaiting = 1000;
constexpr std::size_t kMostWaitingBytes = 64U << 20;

}  // namespace

void App::wanted(const ce::WorkloadId& id, const Json& document) {
  auto& revision = revisions_[id.name];
  if (!revision) {
    revision = std::make_unique<Revision>(machine_, leaving_, id, document, [this] { move(); });
  }
  revision->look();
}

void App::gone(const ce::WorkloadId& id) {
  revisions_.erase(id.name);
  move();
}

Revision* App::serving() const {
  const auto newest = std::find_if(revisions_.rbegin(), revisions_.rend(),
                                   [](const auto& one) { return one.second->serves(); });
  return newest == revisions_.rend() ? nullptr : newest->second.get();
}

std::chrono::seconds App::request_timeout() const {
  const Revision* const serves = serving();
  return serves != nullptr ? serves->request_timeout()
                           : revisions_.rbegin()->second->request_timeout();
}

void App::take(OutboundRequest request, Relay::Reply reply) {
  const auto visit = std::make_shared<Visit>(
      Visit{std::move(request), std::move(reply), Clock::now() + request_timeout()});
  if (is_full(*visit)) return visit->reply(plain(503, "pending request queue full"));
  waiting_.push_back(visit);
  move();
  watch_deadlines();
}

// One timer for all that wait: for the first whose time will be over.
void App::watch_deadlines() {
  if (waiting_.empty()) return;
  const auto first = std::min_element(
      waiting_.begin(), waiting_.end(),
      [](const auto& one, const auto& other) { return one->deadline < other->deadline; });
  const auto deadline = (*first)->deadline;
  if (deadline >= watched_) return;
  watched_ = deadline;
  machine_.world.scheduler->after(
      std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()),
      [weak = weak_from_this(), deadline] {
        const auto self = weak.lock();
        if (self && self->watched_ == deadline) self->expire(deadline);
      });
}

void App::expire(Clock::time_point deadline) {
  watched_ = Clock::time_point::max();
  std::vector<VisitPtr> late;
  std::erase_if(waiting_, [&](const VisitPtr& visit) {
    if (visit->deadline > deadline) return false;
    late.push_back(visit);
    return true;
  });
  for (const auto& visit : late) visit->reply(plain(504, "activator request timeout"));
  move();
  watch_deadlines();
}

bool App::is_full(const Visit& another) const {
  std::size_t bytes = another.request.body.size();
  for (const auto& visit : waiting_) bytes += visit->request.body.size();
  return waiting_.size() >= kMostWaiting || bytes > kMostWaitingBytes;
}

void App::refuse_all(const Response& response) {
  for (const auto& visit : std::exchange(waiting_, {})) visit->reply(response);
}

// Whatever has changed: requests go where there is a place, and revisions follow the traffic.
void App::move() {
  Revision* const serves = serving();
  while (serves != nullptr && !waiting_.empty()) {
    const auto instance = serves->free();
    if (!instance) break;
    const auto visit = waiting_.front();
    waiting_.pop_front();
    pass(visit, instance);
  }
  for (const auto& [name, revision] : revisions_) {
    revision->scale(revision.get() == serves ? static_cast<int>(waiting_.size()) : 0);
  }
  const bool hope =
      serves != nullptr || std::any_of(revisions_.begin(), revisions_.end(),
                                       [](const auto& one) { return one.second->is_coming(); });
  if (!hope) refuse_all(plain(503, "no revision of this app is ready"));
}

void App::pass(const VisitPtr& visit, const std::shared_ptr<Instance>& instance) {
  OutboundRequest request = visit->request;
  request.timeout = std::max(
      std::chrono::milliseconds{1},
      std::chrono::duration_cast<std::chrono::milliseconds>(visit->deadline - Clock::now()));
  instance->send(std::move(request), [weak = weak_from_this(), visit,
                                      to = std::weak_ptr(instance)](const OutboundResult& result) {
    const auto self = weak.lock();
    if (!self) return visit->reply(answered(result));
    self->came_back(visit, to.lock().get(), result);
  });
}

// What nobody has seen may go to somebody else. An instance that breaks off may be about to exit:
// no request is to follow before its probe says otherwise.
void App::came_back(const VisitPtr& visit, Instance* instance, const OutboundResult& result) {
  const bool broke = result.status == 0 && Clock::now() < visit->deadline;
  if (broke && instance != nullptr) instance->doubt();
  if (broke && !result.connected) {
    waiting_.push_front(visit);
  } else {
    visit->reply(answered(result));
  }
  move();
  watch_deadlines();
}

}  // namespace localcloud::run

#include "controller/core/work_queue.h"

#include <algorithm>
#include <tuple>

namespace certloop {

bool WorkQueue::Earlier::operator()(Entries::iterator a, Entries::iterator b) const {
  return std::tie(a->second.at, a->first) < std::tie(b->second.at, b->first);
}

bool WorkQueue::MoreUrgent::operator()(Entries::iterator a, Entries::iterator b) const {
  return std::tie(a->second.trigger, a->second.at, a->first) <
         std::tie(b->second.trigger, b->second.at, b->first);
}

void WorkQueue::add(const std::string& key, Trigger trigger, SteadyTime at) {
  const auto [entry, is_new] = entries_.try_emplace(key);
  if (is_new) entry->second.not_before = floor_of(key);
  merge(entry, trigger, at);
}

SteadyTime WorkQueue::floor_of(const std::string& key) const {
  const auto floor = floors_.find(key);
  return floor == floors_.end() ? SteadyTime{} : floor->second;
}

void WorkQueue::erase(Entries::iterator entry, SteadyTime not_before) {
  if (not_before != SteadyTime{}) floors_[entry->first] = not_before;
  entries_.erase(entry);
}

// A request joins what the entry already waits for. While the key runs, the merged request is kept
// in the entry but has no place in the sets: finish() gives it one.
void WorkQueue::merge(Entries::iterator entry, Trigger trigger, SteadyTime at) {
  Entry& e = entry->second;
  dequeue(entry);
  e.forgotten = false;
  e.at = std::max(e.waiting ? std::min(e.at, at) : at, e.not_before);
  e.trigger = e.waiting ? std::min(e.trigger, trigger) : trigger;
  e.waiting = true;
  enqueue(entry);
}

void WorkQueue::enqueue(Entries::iterator entry) {
  Entry& e = entry->second;
  if (e.running) return;
  e.due = false;
  waiting_.insert(entry);
}

void WorkQueue::dequeue(Entries::iterator entry) {
  Entry& e = entry->second;
  if (!e.waiting || e.running) return;
  if (e.due) {
    due_.erase(entry);
  } else {
    waiting_.erase(entry);
  }
}

void WorkQueue::promote(SteadyTime now) {
  std::erase_if(floors_, [now](const auto& floor) { return floor.second <= now; });
  while (!waiting_.empty() && (*waiting_.begin())->second.at <= now) {
    const auto entry = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    entry->second.due = true;
    due_.insert(entry);
  }
}

std::optional<WorkQueue::Item> WorkQueue::pop(SteadyTime now) {
  promote(now);
  if (due_.empty()) return {};
  const auto entry = *due_.begin();
  due_.erase(due_.begin());
  Entry& e = entry->second;
  e.running = true;
  e.waiting = false;
  e.due = false;
  e.not_before = {};
  return Item{entry->first, e.trigger, e.failures};
}

void WorkQueue::finish(const std::string& key, const Turn& next) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  Entry& e = entry->second;
  if (e.forgotten) return erase(entry, next.not_before);
  e.not_before = next.not_before;
  e.failures = next.failures;
  const bool asked_again = e.waiting;
  e.at = std::max(asked_again ? std::min(e.at, next.at) : next.at, e.not_before);
  e.trigger = asked_again ? std::min(e.trigger, next.trigger) : next.trigger;
  e.waiting = true;
  e.running = false;
  enqueue(entry);
}

std::optional<SteadyTime> WorkQueue::next_ready_at() const {
  if (!due_.empty()) return (*due_.begin())->second.at;
  if (!waiting_.empty()) return (*waiting_.begin())->second.at;
  return {};
}

void WorkQueue::forget(const std::string& key) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  dequeue(entry);
  if (!entry->second.running) return erase(entry, entry->second.not_before);
  entry->second.waiting = false;
  entry->second.forgotten = true;
}

}  // namespace certloop

#include "controller/engine/dispatcher.h"

#include <algorithm>
#include <utility>

namespace certloop {
namespace {

v1::MappingStatus unobserved_mapping(const v1::Binding& binding, WallTime wall) {
  v1::MappingStatus status{binding.id, describe(binding.source, {}), {}};
  for (const v1::Target& target : binding.targets) {
    status.targets.push_back(unobserved(target, wall));
  }
  return status;
}

void fold_into(v1::MappingStatus& status, const v1::Binding& binding, const Outcome& outcome,
               WallTime wall) {
  // An outage says nothing about the certificate: what was last seen of it stays.
  if (outcome.leaf) status.source = describe(binding.source, outcome.leaf);
  for (std::size_t i = 0; i < outcome.targets.size(); ++i) {
    status.targets[i] = fold(std::move(status.targets[i]), outcome.targets[i], wall);
  }
}

// Where a target is. A project's id is unique everywhere, and a target has one writer.
std::string place_of(const v1::Target& target) {
  return target.project_id + '\n' + target.secret;
}

bool found_nothing_new(const Outcome& outcome) {
  return std::all_of(outcome.targets.begin(), outcome.targets.end(),
                     [](const TargetOutcome& target) {
                       return !target.error && target.plan->action() == Action::nothing;
                     });
}

}  // namespace

Dispatcher::Calls Dispatcher::set_bindings(std::vector<v1::Binding> bindings, SteadyTime now,
                                           WallTime wall) {
  Calls calls;
  has_bindings_ = true;
  intake_ = Intake(bindings);
  std::set<std::string> wanted;
  std::set<std::string> places;
  for (v1::Binding& binding : bindings) {
    wanted.insert(binding.id);
    for (const v1::Target& target : binding.targets) places.insert(place_of(target));
    replace_binding(std::move(binding), now, wall);
  }
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (wanted.count(it->first) != 0) {
      ++it;
      continue;
    }
    settle(it->second.for_next_run, nullptr, calls);
    settle(it->second.for_this_run, nullptr, calls);
    queue_.forget(it->first);
    it = entries_.erase(it);
  }
  forget_others(places);
  return calls;
}

void Dispatcher::replace_binding(v1::Binding binding, SteadyTime now, WallTime wall) {
  Entry& entry = entries_[binding.id];
  if (entry.binding && *entry.binding == binding) return;
  entry.binding = std::make_shared<const v1::Binding>(std::move(binding));
  entry.status = unobserved_mapping(*entry.binding, wall);
  // The new version may compare other keys: what the last look found means nothing to it.
  for (const v1::Target& target : entry.binding->targets) {
    memories_[place_of(target)].in_place.reset();
  }
  queue_.add(entry.binding->id, Trigger::added, now);
}

Dispatcher::Woken Dispatcher::wake(const std::vector<std::string>& ids, Trigger trigger,
                                   SteadyTime now, WakeDone done) {
  Woken woken;
  const auto waiter = std::make_shared<Waiter>();
  woken.waiting = done && waiters_ < kMaxWaiters;
  for (const std::string& id : ids) {
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) continue;
    ++woken.bindings;
    queue_.add(id, trigger, now);
    if (woken.waiting) entry->second.for_next_run.push_back(waiter);
  }
  woken.waiting = woken.waiting && woken.bindings > 0;
  if (woken.waiting) {
    waiter->pending = woken.bindings;
    waiter->done = std::move(done);
    ++waiters_;
  }
  return woken;
}

std::size_t Dispatcher::wake_all(Trigger trigger, SteadyTime at) {
  for (const auto& [id, entry] : entries_) queue_.add(id, trigger, at);
  return entries_.size();
}

std::optional<Job> Dispatcher::take(SteadyTime now) {
  const auto item = queue_.pop(now);
  if (!item) return {};
  Entry& entry = entries_.at(item->key);
  entry.for_this_run = std::exchange(entry.for_next_run, {});
  Job job{entry.binding, item->trigger, item->failures, {}};
  for (const v1::Target& target : job.binding->targets) {
    job.memories.push_back(memories_.at(place_of(target)));
  }
  return job;
}

Dispatcher::Calls Dispatcher::complete(const Job& job, Outcome outcome, SteadyTime now,
                                       WallTime wall, double unit_random) {
  Calls calls;
  const auto resync = std::chrono::duration_cast<Duration>(job.binding->resync);
  const Next next =
      after_notification(pace_, job.trigger, found_nothing_new(outcome), outcome.next);
  queue_.finish(job.binding->id, next_turn(pace_, next, job.failures, resync, now, unit_random));
  const auto entry = entries_.find(job.binding->id);
  const bool is_current = entry != entries_.end() && entry->second.binding == job.binding;
  learn(job, outcome, is_current);
  if (entry == entries_.end()) return calls;
  if (is_current) fold_into(entry->second.status, *job.binding, outcome, wall);
  const WakeResult::Run run{job.binding, std::make_shared<const Outcome>(std::move(outcome))};
  settle(entry->second.for_this_run, &run, calls);
  return calls;
}

void Dispatcher::forget_others(const std::set<std::string>& places) {
  std::erase_if(memories_, [&](const auto& memory) { return places.count(memory.first) == 0; });
}

void Dispatcher::learn(const Job& job, const Outcome& outcome, bool is_current) {
  for (std::size_t i = 0; i < outcome.targets.size(); ++i) {
    const auto memory = memories_.find(place_of(job.binding->targets[i]));
    if (memory == memories_.end() || !outcome.targets[i].memory) continue;
    memory->second = *outcome.targets[i].memory;
    if (!is_current) memory->second.in_place.reset();
  }
}

void Dispatcher::settle(Waiters& waiters, const WakeResult::Run* run, Calls& calls) {
  for (const auto& waiter : std::exchange(waiters, {})) {
    if (run) waiter->result.runs.push_back(*run);
    if (--waiter->pending > 0) continue;
    --waiters_;
    calls.push_back([waiter] { waiter->done(std::move(waiter->result)); });
  }
}

Dispatcher::Calls Dispatcher::abandon() {
  Calls calls;
  for (auto& [id, entry] : entries_) {
    for (auto* waiters : {&entry.for_next_run, &entry.for_this_run}) {
      for (const auto& waiter : *waiters) waiter->result.abandoned = true;
      settle(*waiters, nullptr, calls);
    }
  }
  return calls;
}

std::vector<v1::MappingStatus> Dispatcher::statuses() const {
  std::vector<v1::MappingStatus> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(entry.status);
  return all;
}

}  // namespace certloop

#include "controller/engine/dispatcher.h"

#include <algorithm>
#include <utility>

namespace certloop {
namespace {

// Where a target is. A project's id is unique everywhere, and a target has one writer.
std::string place_of(const v1::Target& target) {
  return target.project->id + '\n' + target.secret;
}

bool found_nothing_new(const Outcome& outcome) {
  return std::all_of(outcome.targets.begin(), outcome.targets.end(),
                     [](const TargetOutcome& target) {
                       return !target.error && target.plan->action() == Action::nothing;
                     });
}

// Nothing is left to do, and every part is known by its version.
std::optional<Settled> settled_by(const Outcome& outcome) {
  Settled settled{outcome.version, {}};
  for (const TargetOutcome& target : outcome.targets) {
    const bool is_equal = target.wrote || (target.plan && target.plan->action() == Action::nothing);
    if (target.error || !is_equal || target.entity_tag.empty()) return {};
    settled.entity_tags.push_back(target.entity_tag);
  }
  return settled;
}

std::string key_of(const Place& place) {
  const v1::Credentials& who = place.endpoint.credentials;
  return place.endpoint.url + '\n' + place.project_id + '\n' + who.trusted_profile + '\n' +
         who.api_key_file;
}

}  // namespace

Dispatcher::Calls Dispatcher::set_bindings(std::vector<v1::Binding> bindings, SteadyTime now,
                                           WallTime wall) {
  Calls calls;
  has_bindings_ = true;
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
    survey_.forget(it->first);
    it = entries_.erase(it);
  }
  forget_others(places);
  Intake::Bindings current;
  for (const auto& [id, entry] : entries_) current.push_back(entry.binding);
  intake_ = Intake(current);
  plan_surveys(now);
  return calls;
}

void Dispatcher::replace_binding(v1::Binding binding, SteadyTime now, WallTime wall) {
  Entry& entry = entries_[binding.id];
  if (entry.binding && *entry.binding == binding) return;
  entry.binding = std::make_shared<const v1::Binding>(std::move(binding));
  entry.leaf.reset();
  entry.conditions.assign(entry.binding->targets.size(), unobserved(wall));
  // The new version may compare other keys: what the last look found means nothing to it.
  for (const v1::Target& target : entry.binding->targets) {
    memories_[place_of(target)].in_place.reset();
  }
  survey_.replace(entry.binding);
  queue_.add(entry.binding->id, Trigger::added, now);
}

// New places are listed at once, before the first looks are made: so these know from which lines
// they started. So are those whose resync became shorter, for their turn was set by the old one.
void Dispatcher::plan_surveys(SteadyTime now) {
  if (!has_surveys()) return;
  std::map<std::string, Surveyed> wanted;
  for (const auto& [place, resync] : survey_.places()) {
    wanted.emplace(key_of(place), Surveyed{place, resync});
  }
  for (const auto& [key, surveyed] : surveyed_) {
    if (wanted.count(key) == 0) surveys_.forget(key);
  }
  for (const auto& [key, surveyed] : wanted) {
    const auto before = surveyed_.find(key);
    if (before == surveyed_.end() || surveyed.resync < before->second.resync) {
      surveys_.add(key, Trigger::added, now);
    }
  }
  surveyed_ = std::move(wanted);
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
  for (const auto& [id, entry] : entries_) {
    survey_.distrust(id);
    queue_.add(id, trigger, at);
  }
  return entries_.size();
}

std::optional<Job> Dispatcher::take(SteadyTime now) {
  const auto item = queue_.pop(now);
  if (!item) return {};
  Entry& entry = entries_.at(item->key);
  entry.for_this_run = std::exchange(entry.for_next_run, {});
  Job job{entry.binding, item->trigger, item->failures, {}, {}};
  for (const v1::Target& target : job.binding->targets) {
    job.memories.push_back(memories_.at(place_of(target)));
  }
  // A notification knows better than any list, and so does the calendar.
  const bool is_overdue = entry.changes_at && *entry.changes_at <= now;
  if (job.trigger == Trigger::resync && !is_overdue) job.suspicion = survey_.suspicion(item->key);
  survey_.begin(item->key);
  return job;
}

Dispatcher::Calls Dispatcher::complete(const Job& job, Outcome outcome, SteadyTime now,
                                       WallTime wall, double unit_random) {
  Calls calls;
  const auto entry = entries_.find(job.binding->id);
  const bool is_current = entry != entries_.end() && entry->second.binding == job.binding;
  learn(job, outcome, is_current);
  if (is_current && !outcome.unchanged) {
    const auto& when = outcome.changes_at;
    entry->second.changes_at = when ? std::optional(now + (*when - wall)) : std::nullopt;
  }
  queue_.finish(job.binding->id, turn_after(job, outcome, now, unit_random));
  if (entry == entries_.end()) return calls;
  if (is_current) fold_into(entry->second, outcome, wall);
  const WakeResult::Run run{job.binding, std::make_shared<const Outcome>(std::move(outcome))};
  settle(entry->second.for_this_run, &run, calls);
  return calls;
}

void Dispatcher::fold_into(Entry& entry, const Outcome& outcome, WallTime wall) {
  // An outage says nothing about the certificate: what was last seen of it stays.
  if (outcome.leaf) entry.leaf = outcome.leaf;
  for (std::size_t i = 0; i < outcome.targets.size(); ++i) {
    entry.conditions[i] = fold(std::move(entry.conditions[i]), outcome.targets[i], wall);
  }
}

// No list tells that time has passed: what it changes is looked at when it does.
Turn Dispatcher::turn_after(const Job& job, const Outcome& outcome, SteadyTime now,
                            double unit_random) const {
  const Next next =
      after_notification(pace_, job.trigger, found_nothing_new(outcome), outcome.next);
  Turn turn = next_turn(pace_, next, job.failures, resync_of(*job.binding), now, unit_random);
  const auto entry = entries_.find(job.binding->id);
  if (entry != entries_.end() && entry->second.changes_at) {
    turn.at = std::max(std::min(turn.at, *entry->second.changes_at), turn.not_before);
  }
  return turn;
}

void Dispatcher::forget_others(const std::set<std::string>& places) {
  std::erase_if(memories_, [&](const auto& memory) { return places.count(memory.first) == 0; });
}

void Dispatcher::learn(const Job& job, const Outcome& outcome, bool is_current) {
  if (is_current && outcome.unchanged) survey_.confirmed(job.binding->id);
  if (is_current && !outcome.unchanged) survey_.end(job.binding->id, settled_by(outcome));
  for (std::size_t i = 0; i < outcome.targets.size(); ++i) {
    const auto memory = memories_.find(place_of(job.binding->targets[i]));
    if (memory == memories_.end() || !outcome.targets[i].memory) continue;
    memory->second = *outcome.targets[i].memory;
    if (!is_current) memory->second.in_place.reset();
  }
}

// What lists watch over needs a look of its own rarely.
Duration Dispatcher::resync_of(const v1::Binding& binding) const {
  const Duration resync = binding.resync;
  return has_surveys() && survey_.watches(binding.id) ? std::max(resync, pace_.full_look) : resync;
}

std::optional<SurveyJob> Dispatcher::take_survey(SteadyTime now) {
  const auto item = surveys_.pop(now);
  if (!item) return {};
  return SurveyJob{item->key, surveyed_.at(item->key).place, item->failures};
}

std::size_t Dispatcher::complete_survey(const SurveyJob& job, const Result<Lines>& lines,
                                        SteadyTime now, double unit_random) {
  const auto surveyed = surveyed_.find(job.key);
  const auto resync =
      surveyed == surveyed_.end() ? pace_.full_look : Duration(surveyed->second.resync);
  const Next next = lines ? Next{AtResync{}} : next_after(lines.error());
  surveys_.finish(job.key, next_turn(pace_, next, job.failures, resync, now, unit_random));

  std::vector<std::string> moved;
  if (lines) {
    moved = std::visit([&](const auto& list) { return survey_.listed(job.place, list); }, *lines);
  } else if (std::holds_alternative<AtResync>(next) || job.failures + 1 >= kPatience) {
    moved = survey_.failed(job.place);
  }
  for (const std::string& id : moved) queue_.add(id, Trigger::resync, now);
  return moved.size();
}

std::optional<SteadyTime> Dispatcher::next_ready_at() const {
  const auto look = queue_.next_ready_at();
  const auto list = surveys_.next_ready_at();
  return look && list ? std::min(look, list) : look ? look : list;
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
  for (const auto& [id, entry] : entries_) all.push_back(status_of(entry));
  return all;
}

v1::MappingStatus Dispatcher::status_of(const Entry& entry) {
  const v1::Binding& binding = *entry.binding;
  v1::MappingStatus status{binding.id, describe(binding.source, entry.leaf), {}};
  for (std::size_t i = 0; i < binding.targets.size(); ++i) {
    status.targets.push_back(describe(binding.targets[i], entry.conditions[i]));
  }
  return status;
}

}  // namespace certloop

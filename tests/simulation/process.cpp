#include "tests/simulation/process.h"

#include <algorithm>

#include "api/v1/status.h"

namespace certloop::simulation {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRunDeadline = 60s;
// A key whose turn has come may wait for a worker.
constexpr Duration kQueueing = 20min;
constexpr Duration kFullLook = 6h;

PacePolicy pace(bool has_surveys) {
  PacePolicy policy;
  if (has_surveys) policy.full_look = kFullLook;
  return policy;
}

bool uses(const v1::Binding& binding, const Place& place) {
  return place.project_id.empty() ||
         std::any_of(binding.targets.begin(), binding.targets.end(), [&](const v1::Target& target) {
           return target.project->id == place.project_id;
         });
}

}  // namespace

Process::Process(Stage& stage, std::string name, std::function<void()> on_death)
    : stage_(stage),
      name_(std::move(name)),
      on_death_(std::move(on_death)),
      ports_(stage, *this),
      reconciler_(ports_, ports_, stage.timeline),
      worker_(reconciler_, *this, stage.timeline, kRunDeadline, &ports_),
      dispatcher_(pace(stage.has_surveys)) {}

void Process::set_bindings() {
  const SteadyTime now = stage_.timeline.steady_now();
  std::map<std::string, Key> keys;
  for (const v1::Binding& binding : stage_.world.mapping) {
    const auto known = keys_.find(binding.id);
    Key& key = keys[binding.id] = known == keys_.end() ? Key{} : known->second;
    if (key.binding == binding) continue;
    key.binding = binding;
    key.seen = now;
  }
  keys_ = std::move(keys);
  // A place that leaves the mapping takes along what it was told.
  std::erase_if(list_floors_, [this](const auto& floor) {
    return std::none_of(keys_.begin(), keys_.end(),
                        [&](const auto& key) { return uses(key.second.binding, floor.first); });
  });
  const auto calls =
      dispatcher_.set_bindings(stage_.world.mapping, now, stage_.timeline.wall_now());
  for (const auto& call : calls) call();
  arm();
}

void Process::wake(const std::vector<SecretHint>& secrets) {
  const auto ids = dispatcher_.find(secrets);
  dispatcher_.wake(ids, Trigger::notified, stage_.timeline.steady_now(),
                   [this](const WakeResult&) { ++stage_.counts.wakes; });
  arm();
}

void Process::wake_all() {
  dispatcher_.wake_all(Trigger::resync, stage_.timeline.steady_now());
  arm();
}

// Comes back when the queue has something, unless it will sooner anyway.
void Process::arm() {
  const auto ready = dispatcher_.next_ready_at();
  if (dead_ || !ready || (armed_ && *armed_ <= *ready)) return;
  armed_ = std::max(*ready, stage_.timeline.steady_now());
  stage_.timeline.at(*armed_, [self = weak_from_this(), at = *armed_] {
    const auto process = self.lock();
    if (!process || process->dead_ || process->armed_ != at) return;
    process->armed_.reset();
    process->work();
  });
}

// One run at a time, so that who waits further out in the stack goes on between two.
void Process::work() {
  const auto self = shared_from_this();  // it may die meanwhile
  if (jobs_.size() == kWorkers) return;  // the worker that becomes free goes on
  if (const auto survey = dispatcher_.take_survey(stage_.timeline.steady_now())) {
    run(*survey);
  } else if (const auto job = dispatcher_.take(stage_.timeline.steady_now())) {
    run(*job);
  }
  arm();
}

void Process::run(const SurveyJob& job) {
  if (stage_.timeline.steady_now() < list_floors_[job.place]) {
    stage_.judge.accuse(Invariant::retry_after, name_ + " lists before it was asked to");
  }
  stage_.trace.note({name_, "surveys", job.place.project_id});
  jobs_.push_back(nullptr);
  surveying_.push_back(job.place);
  const Result<Lines> lines = worker_.run(job);
  surveying_.pop_back();
  jobs_.pop_back();
  if (dead_) return;
  const std::size_t moved =
      dispatcher_.complete_survey(job, lines, stage_.timeline.steady_now(), stage_.chance.unit());
  worker_.report(job, lines, moved, Duration(0));
}

void Process::run(const Job& job) {
  const std::string key = job.binding->id;
  begins(key);
  jobs_.push_back(&job);
  Outcome outcome = worker_.run(job);
  jobs_.pop_back();
  if (dead_) return;
  running_.erase(key);
  const auto calls = dispatcher_.complete(job, std::move(outcome), stage_.timeline.steady_now(),
                                          stage_.timeline.wall_now(), stage_.chance.unit());
  const auto known = keys_.find(key);
  if (known != keys_.end()) known->second.seen = stage_.timeline.steady_now();
  for (const auto& call : calls) call();
  check_nothing_forgotten();
}

void Process::begins(const std::string& key) {
  ++stage_.counts.runs;
  stage_.trace.note({name_, "runs", key});
  if (!running_.insert(key).second) {
    stage_.judge.accuse(Invariant::exclusive, name_ + " runs " + key + " twice at once");
  }
  const SteadyTime now = stage_.timeline.steady_now();
  if (now < floor_of(key)) {
    stage_.judge.accuse(Invariant::retry_after,
                        name_ + " looks at " + key + " before it was asked to");
  }
}

SteadyTime Process::floor_of(const std::string& binding) const {
  const auto known = keys_.find(binding);
  return known == keys_.end() ? SteadyTime{} : known->second.floor;
}

SteadyTime Process::floor_of_lists(const v1::Binding& binding) const {
  SteadyTime floor{};
  for (const auto& [place, until] : list_floors_) {
    if (uses(binding, place)) floor = std::max(floor, until);
  }
  return floor;
}

void Process::told_to_wait(Duration retry_after) {
  if (!jobs_.back()) {
    list_floors_[surveying_.back()] = stage_.timeline.steady_now() + retry_after;
    return;
  }
  const auto known = keys_.find(binding().id);
  if (known == keys_.end()) return;  // the key left the mapping: so does what it was told
  known->second.floor = std::max(known->second.floor, stage_.timeline.steady_now() + retry_after);
}

void Process::interrupted() {
  if (!jobs_.back()) return;
  const auto known = keys_.find(binding().id);
  if (known != keys_.end()) known->second.floor = {};
}

void Process::die() {
  dead_ = true;
  ++stage_.counts.deaths;
  stage_.trace.note({name_, "dies"});
  on_death_();
}

void Process::on(const TargetReconciled& event) {
  if (dead_) return;
  const char* reason = event.plan ? to_string(event.plan->reason) : "unobserved";
  const char* error = event.error ? to_string(event.error->code) : "";
  stage_.trace.note({name_, event.target, reason, error});
  reasons_[event.target] = reason;
  for (const auto& text : {event.binding, event.target}) stage_.judge.says(text);
  if (event.plan) stage_.judge.says(event.plan->message);
  if (event.error) stage_.judge.says(event.error->message);
}

void Process::on(const PlaceSurveyed& event) {
  stage_.judge.says(event.place);
  if (event.error) stage_.judge.says(event.error->message);
}

bool Process::holds_as_contended(const v1::Target& target) const {
  const auto reason = reasons_.find(v1::display_name(target));
  return reason != reasons_.end() && reason->second == "Contended";
}

Duration Process::longest_turn(const v1::Binding& binding) const {
  return stage_.has_surveys ? std::max<Duration>(binding.resync, kFullLook) : binding.resync;
}

void Process::check_nothing_forgotten() {
  const SteadyTime now = stage_.timeline.steady_now();
  for (const v1::Binding& binding : stage_.world.mapping) {
    const auto known = keys_.find(binding.id);
    if (known == keys_.end() || running_.count(binding.id) != 0) continue;
    if (now <=
        std::max(known->second.seen + longest_turn(binding), known->second.floor) + kQueueing) {
      continue;
    }
    stage_.judge.accuse(Invariant::nothing_forgotten, name_ + " forgot " + binding.id);
  }
}

void Process::check_status() const {
  v1::Status status;
  status.mappings = dispatcher_.statuses();
  stage_.judge.says(v1::to_json(status));
}

}  // namespace certloop::simulation

#include "hack/localcloud/run/revision.h"

#include <algorithm>
#include <utility>

#include "hack/localcloud/ce/delay.h"

namespace localcloud::run {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kNoLimit = 250;                         // what scale_max_instances 0 comes to
constexpr std::chrono::milliseconds kRoomRetry{500};  // until another app may have left some
constexpr std::size_t kNameDigits = 5;
constexpr std::size_t kIdDigits = 8;

// The API has names for these exit codes alone.
std::string failure_of(int exit_code) {
  switch (exit_code) {
    case 0:
    case 1:
    case 24:
    case 139:
      return "container_failed_exit_code_" + std::to_string(exit_code);
    default:
      return "initial_scale_never_achieved";
  }
}

}  // namespace

Revision::Revision(Machine machine, Leaving& leaving, ce::WorkloadId id, Json document,
                   OnChange on_change)
    : machine_(machine),
      leaving_(leaving),
      id_(std::move(id)),
      document_(std::move(document)),
      on_change_(std::move(on_change)) {}

Revision::~Revision() {
  for (auto& instance : instances_) leaving_.add(std::move(instance));
}

void Revision::later(std::chrono::milliseconds wait, std::function<void()> task) {
  machine_.world.scheduler->after(wait, [here = std::weak_ptr(here_), task = std::move(task)] {
    if (!here.expired()) task();
  });
}

void Revision::look() {
  later({}, [this] {
    if (state_ == State::kWaits || (state_ == State::kFailed && !gave_up_)) try_start();
  });
}

bool Revision::is_coming() const {
  return state_ != State::kFailed && failure_.empty();
}

void Revision::try_start() {
  const auto around = machine_.reports.surroundings(id_, document_);
  state_ = State::kWaits;
  failure_.clear();
  if (around.pull_secret_missing) {
    state_ = State::kFailed;
    failure_ = "fetch_image_failed_missing_pull_secret";
  } else if (around.missing.empty() && !machine_.reports.room(id_, document_, first_instances())) {
    look_for_room_later();
  } else if (around.missing.empty()) {
    state_ = State::kStarts;
    start(first_instances(), around);
    later(ce::delay(machine_.world, "ce_progress_deadline_ms"), [this, start = ++starts_] {
      if (state_ == State::kStarts && start == starts_) give_up();
    });
  }
  if (state_ == State::kStarts) judge_start();
  // At once, so that the next revision that looks for room knows of these instances.
  reported_ = static_cast<int>(instances_.size());
  const auto here = std::weak_ptr(here_);
  machine_.reports.revision_is(ce::WorkloadId(id_), report());
  if (!here.expired()) on_change_();
}

// Nobody tells when another workload leaves some.
void Revision::look_for_room_later() {
  if (std::exchange(looks_for_room_, true)) return;
  later(kRoomRetry, [this] {
    looks_for_room_ = false;
    if (state_ == State::kWaits) try_start();
  });
}

void Revision::start(int count, const ce::Surroundings& around) {
  for (int i = 0; i < count; ++i) {
    instances_.push_back(std::make_shared<Instance>(
        machine_,
        ContainerSpec{.workload = id_,
                      .instance = new_name(),
                      .log = {id_.project_id, "apps", document_.at("app_name")},
                      .component_type = "application",
                      .component_name = document_.at("app_name"),
                      .document = document_,
                      .variables = {{"K_SERVICE", document_.at("app_name")},
                                    {"K_CONFIGURATION", document_.at("app_name")},
                                    {"K_REVISION", id_.name}}},
        [this] { changed(); }));
    instances_.back()->start(around);
  }
}

std::string Revision::new_name() const {
  const std::string revision = document_.at("id");
  while (true) {
    const std::string name = id_.name + "-deployment-" + revision.substr(0, kIdDigits) + "-" +
                             machine_.world.ids.hex(kNameDigits);
    if (std::none_of(instances_.begin(), instances_.end(),
                     [&name](const auto& one) { return one->name() == name; })) {
      return name;
    }
  }
}

void Revision::changed() {
  if (state_ == State::kStarts) judge_start();
  report_soon();
  on_change_();
}

void Revision::judge_start() {
  const bool complete = std::all_of(instances_.begin(), instances_.end(),
                                    [](const auto& one) { return one->has_been_ready(); });
  failure_.clear();
  if (complete) {
    state_ = State::kServes;
    return scaler_.started(static_cast<int>(instances_.size()), Clock::now());
  }
  for (const auto& instance : instances_) {
    if (instance->last_exit() && !instance->has_been_ready()) {
      failure_ = failure_of(*instance->last_exit());
    }
  }
}

void Revision::give_up() {
  gave_up_ = true;
  if (failure_.empty()) failure_ = "initial_scale_never_achieved";
  state_ = State::kFailed;
  for (auto& instance : std::exchange(instances_, {})) leaving_.add(std::move(instance));
  changed();
}

std::shared_ptr<Instance> Revision::free() const {
  std::shared_ptr<Instance> best;
  const int most = document_.value("scale_concurrency", 100);
  for (const auto& instance : instances_) {
    if (!instance->ready() || instance->in_flight() >= most) continue;
    if (!best || instance->in_flight() < best->in_flight()) best = instance;
  }
  return best;
}

void Revision::scale(int waiting) {
  if (state_ != State::kServes) return;
  const auto now = Clock::now();
  const auto by_rules = rules();
  const int wanted = scaler_.wanted(by_rules, in_flight() + waiting, now);
  const int count = static_cast<int>(instances_.size());
  if (wanted > count) grow(wanted);
  if (wanted < count) shrink(wanted);
  if (const auto next = scaler_.next(by_rules)) {
    look_at_traffic_in(std::chrono::ceil<std::chrono::milliseconds>(*next - now));
  }
}

// As far as the project has room, which counts the instances that it knows of.
void Revision::grow(int wanted) {
  const auto around = machine_.reports.surroundings(id_, document_);
  if (around.missing.empty() && !around.pull_secret_missing) {
    while (static_cast<int>(instances_.size()) < wanted) {
      const int unknown = static_cast<int>(instances_.size()) + 1 - reported_;
      if (!machine_.reports.room(id_, document_, std::max(unknown, 1))) break;
      start(1, around);
    }
  }
  if (static_cast<int>(instances_.size()) < wanted) look_at_traffic_in(kRoomRetry);
  report_soon();
}

// Those that are not ready first, then those with the fewest requests.
void Revision::shrink(int wanted) {
  std::stable_sort(instances_.begin(), instances_.end(), [](const auto& a, const auto& b) {
    return std::pair(!a->ready(), -a->in_flight()) < std::pair(!b->ready(), -b->in_flight());
  });
  while (static_cast<int>(instances_.size()) > wanted) {
    leaving_.add(std::move(instances_.back()));
    instances_.pop_back();
  }
  report_soon();
}

void Revision::look_at_traffic_in(std::chrono::milliseconds wait) {
  const auto when = Clock::now() + wait;
  if (when >= next_look_) return;
  next_look_ = when;
  later(wait, [this, when] {
    if (when != next_look_) return;
    next_look_ = Clock::time_point::max();
    on_change_();
  });
}

// Code Engine may end this revision while it is told.
void Revision::report_soon() {
  if (std::exchange(report_is_due_, true)) return;
  later({}, [this] {
    report_is_due_ = false;
    reported_ = static_cast<int>(instances_.size());
    machine_.reports.revision_is(ce::WorkloadId(id_), report());
  });
}

ce::RevisionReport Revision::report() const {
  ce::RevisionReport report{"loading", "deploying", {}};
  switch (state_) {
    case State::kWaits:
      report.reason = "deploying_waiting_for_resources";
      break;
    case State::kStarts:
    case State::kFailed:
      if (!failure_.empty()) report = {"failed", failure_, {}};
      break;
    case State::kServes:
      report = {"ready", "ready", {}};
      break;
  }
  for (const auto& instance : instances_) report.instances.push_back(instance->report());
  return report;
}

int Revision::in_flight() const {
  int sum = 0;
  for (const auto& instance : instances_) sum += instance->in_flight();
  return sum;
}

int Revision::first_instances() const {
  const auto by_rules = rules();
  return std::min(by_rules.most,
                  std::max(by_rules.fewest, document_.value("scale_initial_instances", 1)));
}

ScaleRules Revision::rules() const {
  const int most = document_.value("scale_max_instances", 10);
  return {.fewest = document_.value("scale_min_instances", 0),
          .most = most == 0 ? kNoLimit : most,
          .target = document_.value("scale_concurrency_target",
                                    document_.value("scale_concurrency", 100)),
          .hold = ce::delay(machine_.world, "ce_idle_ms") +
                  std::chrono::seconds(document_.value("scale_down_delay", 0))};
}

}  // namespace localcloud::run

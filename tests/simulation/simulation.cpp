#include "tests/simulation/simulation.h"

#include <algorithm>

#include "tests/simulation/others.h"

namespace certloop::simulation {
namespace {

using namespace std::chrono_literals;

class Story {
 public:
  Story(const Certificates& certificates, const Options& options)
      : stage_(certificates, options.seed, options.trace),
        end_(Timeline::kStart + options.days * 24h) {}

  Report tell() {
    prepare();
    while (!stage_.judge.violation() && stage_.timeline.steady_now() < end_) {
      fair_weather();
      storm();
    }
    if (!stage_.judge.violation()) fair_weather();
    return {stage_.trace.hash(), stage_.judge.violation(), stage_.counts};
  }

 private:
  void prepare() {
    for (v1::Binding& binding : stage_.world.mapping) {
      binding.resync =
          std::chrono::duration_cast<std::chrono::seconds>(stage_.chance.between(1h, 4h));
    }
    controllers_.push_back(std::make_unique<Controller>(stage_, "first"));
    if (stage_.chance.hit(0.75)) {
      controllers_.push_back(std::make_unique<Controller>(stage_, "second"));
    }
    expect_beginnings();
    watch_keys();
  }

  // A certificate that becomes valid changes what is wanted, though nobody acts.
  void expect_beginnings() {
    for (const Certificate& one : stage_.certificates.of(0)) {
      const auto wait = one.not_before - Certificate::kSkew - Timeline::kFirstDay - 1s;
      if (wait <= 0s) continue;
      stage_.timeline.in(wait, [this] { stage_.judge.may_write_everything(); });
    }
  }

  void watch_keys() {
    for (const auto& controller : controllers_) {
      if (controller->process()) controller->process()->check_nothing_forgotten();
    }
    stage_.timeline.in(30min, [this] { watch_keys(); });
  }

  void storm() {
    stage_.trace.note({"storm"});
    const SteadyTime over = stage_.timeline.steady_now() + stage_.chance.between(3h, 50h);
    others_.plan(over);
    stage_.timeline.pass_until(over);
  }

  // No run is under way here: each ends inside of what let it begin.
  void fair_weather() {
    stage_.trace.note({"fair"});
    stage_.weather = Weather{};
    stage_.world.quota_exhausted = false;
    for (const auto& controller : controllers_) controller->start();
    SteadyTime last = stage_.timeline.steady_now();
    for (const v1::Binding& binding : stage_.world.mapping) {
      const SteadyTime due = right_at(binding);
      stage_.timeline.at(due, [this, binding] { check(binding); });
      last = std::max(last, due);
    }
    stage_.timeline.pass_until(last);
    for (const auto& controller : controllers_) controller->process()->check_status();
  }

  // One resync (or what a service asked for), the largest back-off, and the time of the calls.
  SteadyTime right_at(const v1::Binding& binding) {
    SteadyTime floor = SteadyTime::max();
    for (const auto& controller : controllers_) {
      const auto& process = *controller->process();
      floor =
          std::min(floor, std::max(process.floor_of(binding.id), process.floor_of_lists(binding)));
    }
    return std::max(stage_.timeline.steady_now() + binding.resync, floor) + PacePolicy{}.cap +
           Duration(60s);
  }

  void check(const v1::Binding& binding) {
    for (const v1::Target& target : binding.targets) {
      const auto contended = [&](const auto& controller) {
        return controller->process()->holds_as_contended(target);
      };
      if (stage_.judge.is_right(binding, target)) continue;
      if (std::any_of(controllers_.begin(), controllers_.end(), contended)) continue;
      stage_.judge.accuse(Invariant::converges, v1::display_name(target) + " is not right");
    }
  }

  Stage stage_;
  const SteadyTime end_;
  Controllers controllers_;
  Others others_{stage_, controllers_};
};

}  // namespace

Report simulate(const Certificates& certificates, const Options& options) {
  return Story(certificates, options).tell();
}

}  // namespace certloop::simulation

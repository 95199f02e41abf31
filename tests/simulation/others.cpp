#include "tests/simulation/others.h"

#include <algorithm>

namespace certloop::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostBindings = 4;

SecretHint hint_of(std::size_t number) {
  const v1::Source source = World::source_at(number);
  return {source.manager->id, source.id, source.id.empty() ? "imported_cert" : "", source.name};
}

Texts with_crlf(Texts data) {
  for (auto& [key, text] : data) {
    std::string wrapped;
    for (const char c : text) {
      if (c == '\n') wrapped += '\r';
      wrapped += c;
    }
    text = std::move(wrapped);
  }
  return data;
}

}  // namespace

const std::vector<Others::Kind> Others::kKinds = {
    {40, &Others::rotate},
    {6, &Others::delete_or_restore_source},
    {14, &Others::edit_target},
    {10, &Others::remove_target},
    {10, &Others::change_mapping},
    {4, &Others::change_quota},
    {6, &Others::forge_notification},
    {4, &Others::resync_everybody},
    {6, &Others::kill_somebody},
};

Others::Others(Stage& stage, Controllers& controllers) : stage_(stage), controllers_(controllers) {
  // In the middle of calls mostly rotations: what others write may not look like contention.
  stage_.meddle = [this] { stage_.chance.hit(0.7) ? rotate() : act(); };
}

void Others::act() {
  unsigned all = 0;
  for (const Kind& kind : kKinds) all += kind.weight;
  std::size_t at = stage_.chance.below(all);
  for (const Kind& kind : kKinds) {
    if (at < kind.weight) {
      ++stage_.counts.acts;
      return (this->*kind.act)();
    }
    at -= kind.weight;
  }
}

void Others::plan(SteadyTime end) {
  Timeline& timeline = stage_.timeline;
  const SteadyTime begin = timeline.steady_now();
  const auto length = std::chrono::duration_cast<Duration>(end - begin);
  for (std::size_t moments = 3 + stage_.chance.below(6); moments > 0; --moments) {
    const SteadyTime moment = begin + stage_.chance.between(0ms, length);
    for (std::size_t acts = 1 + stage_.chance.below(3); acts > 0; --acts) {
      timeline.at(std::min(moment + stage_.chance.between(0ms, 90s), end), [this] { act(); });
    }
  }
  for (std::size_t changes = 1 + stage_.chance.below(3); changes > 0; --changes) {
    const SteadyTime when = begin + stage_.chance.between(0ms, length);
    timeline.at(when, [this, end] { change_weather(end); });
  }
}

// Bad for a while, mildly or badly; then as it was.
void Others::change_weather(SteadyTime end) {
  const bool badly = stage_.chance.hit(0.3);
  Weather bad;
  bad.faults = badly ? 0.9 : 0.15;
  bad.deaths = stage_.chance.hit(0.3) ? 0.02 : 0;
  bad.meddling = stage_.chance.hit(0.5) ? 0.1 : 0;
  bad.slowest = stage_.chance.hit(0.4) ? 20s : 2s;
  stage_.weather = bad;
  stage_.trace.note({"weather", badly ? "terrible" : "bad"});
  const SteadyTime over = stage_.timeline.steady_now() + (badly ? stage_.chance.between(1min, 40min)
                                                                : stage_.chance.between(10min, 5h));
  if (over < end) stage_.timeline.at(over, [this] { stage_.weather = Weather{}; });
}

void Others::rotate() {
  const std::size_t number = stage_.chance.below(Certificates::kSources);
  const auto& all = stage_.certificates.of(number);
  const Certificate& next = all[stage_.chance.below(all.size())];
  Source& source = stage_.world.source(number);
  if (source.versions.back() == &next) return;
  stage_.trace.note({"rotates", next.name});
  source.versions.push_back(&next);
  stage_.judge.may_write(number);
  notify(number);
}

void Others::delete_or_restore_source() {
  const std::size_t number = stage_.chance.below(Certificates::kSources);
  Source& source = stage_.world.source(number);
  source.deleted = !source.deleted;
  stage_.trace.note({source.deleted ? "deletes" : "restores", source.versions.back()->name});
  stage_.judge.may_write(number);
  notify(number);
}

v1::Target Others::any_target() {
  const v1::Binding& binding = stage_.chance.of(stage_.world.mapping);
  return stage_.chance.of(binding.targets);
}

void Others::edit_target() {
  const v1::Target target = any_target();
  const Stored* there = stage_.world.stored(target);
  Texts data = there ? there->data : Texts{};
  std::string format = v1::to_string(target.format);
  const std::size_t kind = stage_.chance.below(6);
  stage_.trace.note({"edits", World::key_of(target), std::to_string(kind)});
  const std::string some_key = target.data->begin()->first;
  if (kind == 0) data[some_key] = "garbage";
  if (kind == 1) data = stage_.certificates.stranger().texts(target);
  if (kind == 2) data = with_crlf(data);
  if (kind == 3) data.erase(some_key);
  if (kind == 4) data["notes"] = "kept by others";
  if (kind == 5) format = "ssh_auth";
  stage_.world.put(target, format, std::move(data));
  stage_.judge.may_write(target);
}

void Others::remove_target() {
  const v1::Target target = any_target();
  stage_.trace.note({"removes", World::key_of(target)});
  stage_.world.remove(target);
  stage_.judge.removed(target);
}

void Others::change_quota() {
  stage_.trace.note({"quota"});
  stage_.world.quota_exhausted = !stage_.world.quota_exhausted;
}

void Others::change_mapping() {
  auto& mapping = stage_.world.mapping;
  const std::size_t kind = stage_.chance.below(4);
  v1::Binding& binding = mapping[stage_.chance.below(mapping.size())];
  stage_.trace.note({"mapping", std::to_string(kind), binding.id});
  if (kind == 0 && mapping.size() < kMostBindings) add_binding();
  if (kind == 1 && mapping.size() > 1) mapping.erase(mapping.begin() + (&binding - &mapping[0]));
  if (kind == 2) retarget(binding);
  if (kind == 3) {
    binding.source = World::source_at(stage_.chance.below(Certificates::kSources));
    binding.resync =
        std::chrono::duration_cast<std::chrono::seconds>(stage_.chance.between(1h, 4h));
    binding.require = v1::Require{.allow_older = stage_.chance.hit(0.5)};
  }
  stage_.judge.may_write_everything();
  for (const auto& controller : controllers_) {
    if (controller->process()) controller->process()->set_bindings();
  }
}

void Others::add_binding() {
  const auto free = stage_.world.free_slots();
  if (free.empty()) return;
  v1::Binding binding = stage_.world.mapping.front();
  // Sometimes one that was there before.
  binding.id = "shop/added" + std::to_string(added_++ % 3);
  for (const v1::Binding& other : stage_.world.mapping) {
    if (other.id == binding.id) return;
  }
  binding.source = World::source_at(stage_.chance.below(Certificates::kSources));
  binding.targets = {World::target_at(*free.begin())};
  stage_.world.mapping.push_back(std::move(binding));
}

void Others::retarget(v1::Binding& binding) {
  const auto free = stage_.world.free_slots();
  if (free.empty()) return;
  const auto slot =
      std::next(free.begin(), static_cast<std::ptrdiff_t>(stage_.chance.below(free.size())));
  binding.targets[stage_.chance.below(binding.targets.size())] = World::target_at(*slot);
}

// To each controller: on time, late, twice, or not at all. Late ones come in any order.
void Others::notify(std::size_t source) {
  for (std::size_t i = 0; i < controllers_.size(); ++i) {
    if (stage_.chance.hit(0.3)) continue;
    for (std::size_t copies = stage_.chance.hit(0.2) ? 2 : 1; copies > 0; --copies) {
      const Duration late =
          stage_.chance.hit(0.2) ? stage_.chance.between(1min, 3h) : stage_.chance.between(0ms, 5s);
      stage_.timeline.in(late, [this, i, source] { deliver(i, {hint_of(source)}); });
    }
  }
}

void Others::deliver(std::size_t controller, const std::vector<SecretHint>& hints) {
  if (Process* process = controllers_[controller]->process()) process->wake(hints);
}

void Others::forge_notification() {
  SecretHint hint = hint_of(stage_.chance.below(Certificates::kSources));
  const std::size_t kind = stage_.chance.below(3);
  stage_.trace.note({"forges", std::to_string(kind)});
  if (kind == 0) hint.id = "nobody knows it";
  if (kind == 1) hint = {};
  deliver(stage_.chance.below(controllers_.size()), {hint});
}

void Others::resync_everybody() {
  stage_.trace.note({"resync"});
  for (const auto& controller : controllers_) {
    if (controller->process()) controller->process()->wake_all();
  }
}

void Others::kill_somebody() {
  controllers_[stage_.chance.below(controllers_.size())]->kill();
}

}  // namespace certloop::simulation

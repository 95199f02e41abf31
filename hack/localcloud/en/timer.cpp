#include "hack/localcloud/en/timer.h"

#include <algorithm>

namespace localcloud::en {
namespace {

constexpr std::chrono::minutes kMinute{1};
constexpr std::chrono::hours kLongestGap{7 * 24};

Time minute_of(Time time) {
  return std::chrono::floor<std::chrono::minutes>(time);
}

bool inside(const Json& schedule, Time minute) {
  if (schedule.contains("starts_at") &&
      minute < parse_rfc3339(schedule.at("starts_at").get<std::string>())) {
    return false;
  }
  return !schedule.contains("ends_at") ||
         minute <= parse_rfc3339(schedule.at("ends_at").get<std::string>());
}

bool due(const TopicSource& source, Time minute) {
  return std::any_of(source.rules.begin(), source.rules.end(), [minute](const Rule& rule) {
    return rule.enabled && rule.cron && inside(rule.schedule, minute) && rule.cron->matches(minute);
  });
}

}  // namespace

Timer::Timer(World& world, Instances& instances, FanOut& fan_out)
    : world_(world), instances_(instances), fan_out_(fan_out) {
  world.switches.declare("timer_event_data", true, "whether the periodic timer's events have data");
}

void Timer::watch() {
  if (armed_ || !has_schedules()) return;
  done_ = minute_of(world_.clock.now());
  arm();
}

void Timer::arm() {
  armed_ = true;
  const Time now = world_.clock.now();
  const auto wait = minute_of(now) + kMinute - now;
  world_.scheduler->after(std::chrono::ceil<std::chrono::milliseconds>(wait), [this] {
    catch_up();
    armed_ = has_schedules();
    if (armed_) arm();
  });
}

void Timer::catch_up() {
  if (!armed_) return;
  const Time last = minute_of(world_.clock.now());
  Time minute = std::max(done_, last - kLongestGap);
  done_ = last;
  while (minute < last) {
    minute += kMinute;
    fire(minute);
  }
}

void Timer::fire(Time minute) {
  for (auto& [guid, instance] : instances_) {
    if (instance.suspended) continue;
    for (const Topic& topic : instance.topics) {
      for (const TopicSource& source : topic.sources) {
        if (due(source, minute)) fan_out_.send_to(instance, topic, event_of(source.id, minute));
      }
    }
  }
}

bool Timer::has_schedules() const {
  const auto scheduled = [](const TopicSource& source) {
    return std::any_of(source.rules.begin(), source.rules.end(),
                       [](const Rule& rule) { return rule.cron.has_value(); });
  };
  for (const auto& [guid, instance] : instances_) {
    for (const Topic& topic : instance.topics) {
      if (std::any_of(topic.sources.begin(), topic.sources.end(), scheduled)) return true;
    }
  }
  return false;
}

// What a real one holds is not documented; receivers must bear any JSON.
Json Timer::event_of(const std::string& source, Time minute) {
  Json event{{"id", world_.ids.uuid()},
             {"specversion", "1.0"},
             {"source", source},
             {"ibmensourceid", source},
             {"type", "com.ibm.cloud.event-notifications.periodic-timer"},
             {"time", rfc3339(minute)},
             {"datacontenttype", "application/json"}};
  if (world_.switches.on("timer_event_data")) event["data"] = {{"scheduled_for", rfc3339(minute)}};
  return event;
}

}  // namespace localcloud::en

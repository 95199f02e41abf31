#include "hack/localcloud/sm/rotation.h"

#include <chrono>

#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

// A hundred years each, so that every time a rotation leads to can be told.
std::int64_t longest_interval(const std::string& unit) {
  if (unit == "month") return 1200;
  return unit == "day" ? 36'525 : 876'600;
}

Time add_months(Time from, int count) {
  const auto day = std::chrono::floor<std::chrono::days>(from);
  std::chrono::year_month_day date(day);
  date += std::chrono::months(count);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return std::chrono::sys_days(date) + (from - day);
}

}  // namespace

Json read_interval_rotation(const Fields& body) {
  const Json given = body.object("rotation", 1024);
  const Fields rotation(given);
  if (!rotation.flag("auto_rotate", false)) return {{"auto_rotate", false}};
  if (!rotation.has("interval") || !rotation.has("unit")) {
    refuse(400, "'rotation' needs an interval and a unit.");
  }
  const std::string unit = rotation.one_of("unit", {"hour", "day", "month"}, "");
  return {{"auto_rotate", true},
          {"interval", rotation.integer("interval", 1, longest_interval(unit), 1)},
          {"unit", unit}};
}

std::optional<Time> next_rotation(const Json& rotation, Time from) {
  if (!rotation.value("auto_rotate", false) || !rotation.contains("unit")) return std::nullopt;
  const int interval = rotation.at("interval");
  const std::string unit = rotation.at("unit");
  if (unit == "month") return add_months(from, interval);
  return from + std::chrono::hours(unit == "day" ? 24 * interval : interval);
}

}  // namespace localcloud::sm

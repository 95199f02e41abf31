#include "hack/localcloud/en/cron.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "hack/localcloud/frame/number.h"

namespace localcloud::en {

struct Cron::Range {
  const char* name = "";
  int low = 0;
  int high = 0;
  std::vector<std::string> names{};  // of low, low + 1, ...
};

namespace {

constexpr int kLastWeekday = 32;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// -1: not a number.
int number(const std::string& text) {
  return std::max(whole_number<int>(text).value_or(-1), -1);
}

int days_of(std::chrono::year_month_day date) {
  const auto last = std::chrono::year_month_day_last{date.year(), date.month() / std::chrono::last};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

// The weekday (Monday to Friday) of the same month that is nearest to a day of it.
int nearest_weekday(int wanted, int day, int weekday, int days) {
  const int target = std::min(wanted, days);
  const int of_target = ((weekday - 1 + target - day) % 7 + 7) % 7;  // 0: Sunday
  if (of_target == 6) return target > 1 ? target - 1 : target + 2;
  if (of_target == 0) return target < days ? target + 1 : target - 2;
  return target;
}

}  // namespace

Cron::Cron(const std::string& expression) {
  static constexpr const char* kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                            "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  static constexpr const char* kDays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
  std::istringstream stream(expression);
  std::vector<std::string> fields;
  for (std::string field; stream >> field;) fields.push_back(field);
  if (fields.size() != 5) throw CronError("a schedule has five fields");
  minute_ = parse(fields[0], {"minute", 0, 59, {}});
  hour_ = parse(fields[1], {"hour", 0, 23, {}});
  day_ = parse(fields[2], {"day of month", 1, 31, {}});
  month_ = parse(fields[3], {"month", 0, 11, {std::begin(kMonths), std::end(kMonths)}});
  weekday_ = parse(fields[4], {"day of week", 1, 7, {std::begin(kDays), std::end(kDays)}});
}

Cron::Field Cron::parse(const std::string& text, const Range& range) {
  Field field;
  if (text == "*" || text == "?") {
    field.any = true;
    return field;
  }
  const auto parts = split(text, ',');
  if (parts.empty() || text.back() == ',') throw CronError(std::string("bad ") + range.name);
  for (const std::string& part : parts) {
    const bool is_day = std::string(range.name) == "day of month";
    const bool is_weekday = std::string(range.name) == "day of week";
    if (is_day && parse_day_of_month(part, field)) continue;
    if (is_weekday && parse_day_of_week(part, range, field)) continue;
    parse_part(part, range, field);
  }
  return field;
}

bool Cron::parse_day_of_month(const std::string& part, Field& field) {
  if (part == "L") {
    field.last = true;
  } else if (part == "LW") {
    field.nearest_weekday = kLastWeekday;
  } else if (part.size() > 1 && part.back() == 'W') {
    field.nearest_weekday = number(part.substr(0, part.size() - 1));
    if (field.nearest_weekday < 1 || field.nearest_weekday > 31) throw CronError("bad weekday");
  } else {
    return false;
  }
  return true;
}

namespace {

int value_of(const std::string& text, int low, int high, const std::vector<std::string>& names,
             const std::string& field) {
  const auto named = std::find(names.begin(), names.end(), text);
  const int value =
      named == names.end() ? number(text) : low + static_cast<int>(named - names.begin());
  if (value < low || value > high) throw CronError("bad " + field + ": " + text);
  return value;
}

}  // namespace

bool Cron::parse_day_of_week(const std::string& part, const Range& range, Field& field) {
  const auto value = [&range](const std::string& text) {
    return value_of(text, range.low, range.high, range.names, range.name);
  };
  if (const auto hash = part.find('#'); hash != std::string::npos) {
    field.nth_weekday = value(part.substr(0, hash));
    field.nth = number(part.substr(hash + 1));
    if (field.nth < 1 || field.nth > 5) throw CronError("bad day of week: " + part);
    return true;
  }
  if (part == "L") {
    field.values.set(7);
    return true;
  }
  if (part.size() > 1 && part.back() == 'L') {
    field.last_of_weekday = value(part.substr(0, part.size() - 1));
    return true;
  }
  return false;
}

// "5", "1-5", "*/10", "0/15", "MON-FRI".
void Cron::parse_part(const std::string& part, const Range& range, Field& field) {
  const auto slash = part.find('/');
  const std::string span = part.substr(0, slash);
  const int every = slash == std::string::npos ? 1 : number(part.substr(slash + 1));
  if (every < 1) throw CronError(std::string("bad ") + range.name + ": " + part);
  const auto value = [&range](const std::string& text) {
    return value_of(text, range.low, range.high, range.names, range.name);
  };
  int low = range.low;
  int high = range.high;
  const auto dash = span.find('-');
  if (dash != std::string::npos) {
    low = value(span.substr(0, dash));
    high = value(span.substr(dash + 1));
  } else if (span != "*") {
    low = value(span);
    if (slash == std::string::npos) high = low;
  }
  if (low > high) throw CronError(std::string("bad ") + range.name + ": " + part);
  for (int i = low; i <= high; i += every) field.values.set(static_cast<std::size_t>(i));
}

bool Cron::day_of_month_matches(int day, int weekday, int days) const {
  if (day_.values.test(static_cast<std::size_t>(day)) || (day_.last && day == days)) return true;
  return day_.nearest_weekday > 0 &&
         day == nearest_weekday(day_.nearest_weekday, day, weekday, days);
}

bool Cron::day_of_week_matches(int day, int weekday, int days) const {
  if (weekday_.values.test(static_cast<std::size_t>(weekday))) return true;
  if (weekday_.last_of_weekday == weekday && day > days - 7) return true;
  return weekday_.nth_weekday == weekday && (day - 1) / 7 + 1 == weekday_.nth;
}

bool Cron::matches(Time time) const {
  const auto day_point = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day_point};
  const auto minutes = std::chrono::floor<std::chrono::minutes>(time - day_point).count();
  const auto holds = [](const Field& field, std::int64_t value) {
    return field.any || field.values.test(static_cast<std::size_t>(value));
  };
  const auto month = static_cast<unsigned>(date.month()) - 1;
  if (!holds(minute_, minutes % 60) || !holds(hour_, minutes / 60) || !holds(month_, month)) {
    return false;
  }
  const int day = static_cast<int>(static_cast<unsigned>(date.day()));
  const int weekday = static_cast<int>(std::chrono::weekday{day_point}.c_encoding()) + 1;
  const int days = days_of(date);
  if (day_.any && weekday_.any) return true;
  if (day_.any) return day_of_week_matches(day, weekday, days);
  if (weekday_.any) return day_of_month_matches(day, weekday, days);
  return day_of_month_matches(day, weekday, days) || day_of_week_matches(day, weekday, days);
}

}  // namespace localcloud::en

#include "hack/localcloud/frame/world.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace localcloud {
namespace {

bool in_range(int value, int low, int high) {
  return value >= low && value <= high;
}

// "", ".123", then "Z" or "+01:00": seconds east of Greenwich.
int parse_offset(const std::string& text, std::size_t position) {
  if (position < text.size() && text[position] == '.') {
    ++position;
    while (position < text.size() && text[position] >= '0' && text[position] <= '9') ++position;
  }
  const std::string zone = text.substr(std::min(position, text.size()));
  if (zone == "Z" || zone == "z") return 0;
  int hours = 0;
  int minutes = 0;
  char sign = 0;
  int used = 0;
  if (std::sscanf(zone.c_str(), "%c%2d:%2d%n", &sign, &hours, &minutes, &used) != 3 || used != 6 ||
      zone.size() != 6 || (sign != '+' && sign != '-')) {
    throw std::invalid_argument("not an RFC 3339 time zone");
  }
  const int seconds = (hours * 60 + minutes) * 60;
  return sign == '+' ? seconds : -seconds;
}

bool same_kind(const Json& left, const Json& right) {
  if (left.is_number_integer() && right.is_number_integer()) return true;
  return left.type() == right.type();
}

bool takes(const Allowed& allowed, const Json& value) {
  const auto& [values, low, high] = allowed;
  if (values.empty() && high < low) return true;
  if (std::find(values.begin(), values.end(), value) != values.end()) return true;
  return value.is_number_integer() && value >= low && value <= high;
}

std::string text_of(const Allowed& allowed) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const Json& value : allowed.values) add(value.dump());
  if (allowed.low <= allowed.high) {
    add(std::to_string(allowed.low) + " to " + std::to_string(allowed.high));
  }
  return text;
}

Json told(const Json& standard, const Allowed& allowed) {
  if (standard.is_boolean()) return {{"kind", "boolean"}, {"values", {false, true}}};
  Json takes{{"kind", standard.is_number_integer() ? "integer" : "string"}};
  if (!allowed.values.empty()) takes["values"] = allowed.values;
  if (allowed.low <= allowed.high) takes.update({{"from", allowed.low}, {"to", allowed.high}});
  return takes;
}

}  // namespace

std::int64_t unix_seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string rfc3339(Time time) {
  const std::time_t seconds = unix_seconds(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

Time parse_rfc3339(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  char separator = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%c%2d:%2d:%2d%n", &year, &month, &day, &separator,
                  &hour, &minute, &second, &used) != 7 ||
      used != 19 || (separator != 'T' && separator != 't')) {
    throw std::invalid_argument("not an RFC 3339 time");
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || !in_range(hour, 0, 23) || !in_range(minute, 0, 59) ||
      !in_range(second, 0, 60)) {
    throw std::invalid_argument("not a time of the calendar");
  }
  const int offset = parse_offset(text, static_cast<std::size_t>(used));
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second - offset};
}

void Switches::declare(const std::string& name, const Json& value, const std::string& meaning,
                       Allowed allowed) {
  entries_[name] = {value, value, meaning, std::move(allowed)};
}

const Json& Switches::value(const std::string& name) const {
  return entries_.at(name).value;
}

void Switches::set(const std::string& name, const Json& value) {
  checked(name, value).value = value;
}

void Switches::set_all(const Json& values) {
  for (const auto& [name, value] : values.items()) checked(name, value);
  for (const auto& [name, value] : values.items()) set(name, value);
}

Switches::Entry& Switches::checked(const std::string& name, const Json& value) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    throw HttpError{ibm_error(400, "unknown_switch", "There is no switch " + name + ".", {})};
  }
  if (!same_kind(found->second.standard, value)) {
    throw HttpError{ibm_error(
        400, "bad_switch_value",
        "The switch " + name + " takes a value like " + found->second.standard.dump() + ".", {})};
  }
  if (!takes(found->second.allowed, value)) {
    throw HttpError{ibm_error(
        400, "bad_switch_value",
        "The switch " + name + " takes one of: " + text_of(found->second.allowed) + ".", {})};
  }
  return found->second;
}

Json Switches::describe() const {
  Json all = Json::object();
  for (const auto& [name, entry] : entries_) {
    all[name] = {{"value", entry.value},
                 {"default", entry.standard},
                 {"meaning", entry.meaning},
                 {"takes", told(entry.standard, entry.allowed)}};
  }
  return all;
}

std::string Ids::hex(std::size_t digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  while (text.size() < digits) {
    auto bits = random_();
    for (int i = 0; i < 16 && text.size() < digits; ++i, bits >>= 4) text += kDigits[bits & 15];
  }
  return text;
}

std::string Ids::uuid() {
  std::string text = hex(32);
  text[12] = '4';                                          // version: random
  text[16] = "89ab"[static_cast<unsigned>(text[16]) % 4];  // variant of RFC 4122
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

std::string Ids::entity_tag() {
  return std::to_string(
      std::uniform_int_distribution<std::uint64_t>(1'000'000'000, 9'999'999'999)(random_));
}

std::string Seed::sm_crn() const {
  return Crn{"secrets-manager", sm_region, account, sm_instance}.text();
}

std::string Seed::en_crn() const {
  return Crn{"event-notifications", en_region, account, en_instance}.text();
}

std::string Seed::project_a_crn() const {
  return Crn{"codeengine", region_a, account, project_a}.text();
}

std::string Seed::project_b_crn() const {
  return Crn{"codeengine", region_b, account, project_b}.text();
}

std::string Crn::text() const {
  return "crn:v1:bluemix:public:" + service + ":" + region + ":a/" + account + ":" + instance +
         ":" + resource_type + ":" + resource;
}

std::optional<Crn> parse_crn(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (parts.size() < 9) {
    const auto colon = text.find(':', start);
    if (colon == std::string::npos) return std::nullopt;
    parts.push_back(text.substr(start, colon - start));
    start = colon + 1;
  }
  if (parts[0] != "crn" || parts[1] != "v1") return std::nullopt;
  const std::string account = parts[6].rfind("a/", 0) == 0 ? parts[6].substr(2) : std::string{};
  return Crn{parts[4], parts[5], account, parts[7], parts[8], text.substr(start)};
}

}  // namespace localcloud

#include "hack/localcloud/sm/duration.h"

#include <algorithm>

#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

std::chrono::seconds parse(const std::string& member, const std::string& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string unit = text.substr(digits);
  if (digits == 0 || digits > 10 || unit.size() > 1 ||
      unit.find_first_not_of("smhd") != std::string::npos) {
    refuse(400, "'" + member + "' must be digits and s, m, h or d.");
  }
  const std::int64_t seconds = unit == "d" ? 86400 : unit == "h" ? 3600 : unit == "m" ? 60 : 1;
  return std::chrono::seconds(std::stoll(text.substr(0, digits)) * seconds);
}

}  // namespace

std::chrono::seconds read_duration(const Fields& body, const std::string& member,
                                   const DurationRange& range, std::chrono::seconds otherwise) {
  if (!body.has(member)) return otherwise;
  const Json& given = body.raw(member);
  const std::string text = given.is_number_unsigned() ? given.dump() : body.text(member, {1, 12});
  const auto value = parse(member, text);
  if (value < range.least || value > range.most) {
    refuse(400, "'" + member + "' must be from " + std::to_string(range.least.count()) + " to " +
                    std::to_string(range.most.count()) + " seconds.");
  }
  return value;
}

}  // namespace localcloud::sm

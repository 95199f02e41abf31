#pragma once
#include <bitset>
#include <stdexcept>
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

struct CronError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A schedule of the periodic timer: "MIN HOUR DAY-OF-MONTH MONTH DAY-OF-WEEK", in UTC. Months are
// 0 to 11 or JAN to DEC, weekdays 1 to 7 or SUN to SAT; the specials are , - * / ? L W #. When both
// days are restricted, either will do.
class Cron {
 public:
  explicit Cron(const std::string& expression);  // throws CronError
  bool matches(Time minute) const;

 private:
  struct Field {
    std::bitset<60> values{};
    bool any = false;         // "*" or "?"
    bool last = false;        // "L": the month's last day
    int nearest_weekday = 0;  // "15W"; 32: "LW"
    int last_of_weekday = 0;  // "6L": the month's last Friday
    int nth = 0;              // "6#3": the third ...
    int nth_weekday = 0;      // ... Friday
  };
  struct Range;

  static Field parse(const std::string& text, const Range& range);
  static void parse_part(const std::string& part, const Range& range, Field& field);
  static bool parse_day_of_month(const std::string& part, Field& field);
  static bool parse_day_of_week(const std::string& part, const Range& range, Field& field);
  bool day_of_month_matches(int day, int weekday, int days) const;
  bool day_of_week_matches(int day, int weekday, int days) const;

  Field minute_{};
  Field hour_{};
  Field day_{};
  Field month_{};
  Field weekday_{};
};

}  // namespace localcloud::en

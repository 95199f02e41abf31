#include "hack/localcloud/en/cron.h"

#include "tests/support/catch.h"

using localcloud::parse_rfc3339;
using localcloud::en::Cron;
using localcloud::en::CronError;

TEST_CASE("a schedule falls on minutes of UTC") {
  struct Case {
    const char* expression;
    const char* time;
    bool falls;
  };
  // 2026-11-24 is a Tuesday, 2026-11-01 and 2026-11-29 are Sundays.
  const Case cases[] = {
      {"* * * * *", "2026-11-24T12:34:56Z", true},
      {"*/10 * * * *", "2026-11-24T12:30:00Z", true},
      {"*/10 * * * *", "2026-11-24T12:31:00Z", false},
      {"0 */6 * * *", "2026-11-24T18:00:00Z", true},
      {"0 */6 * * *", "2026-11-24T17:00:00Z", false},
      {"5/20 * * * *", "2026-11-24T12:45:00Z", true},
      {"1,2,40-45 * * * *", "2026-11-24T12:42:00Z", true},
      {"40-50/5 * * * *", "2026-11-24T12:46:00Z", false},
      {"0 0 24 * ?", "2026-11-24T00:00:00Z", true},
      {"0 0 25 * ?", "2026-11-24T00:00:00Z", false},
      {"0 0 ? 10 *", "2026-11-24T00:00:00Z", true},
      {"0 0 ? 11 *", "2026-11-24T00:00:00Z", false},
      {"0 0 ? NOV *", "2026-11-24T00:00:00Z", true},
      {"0 0 ? JAN-OCT *", "2026-11-24T00:00:00Z", false},
      {"0 0 ? * 3", "2026-11-24T00:00:00Z", true},
      {"0 0 ? * TUE", "2026-11-24T00:00:00Z", true},
      {"0 0 ? * MON-FRI", "2026-11-29T00:00:00Z", false},
      {"0 0 ? * 1", "2026-11-29T00:00:00Z", true},
      {"0 0 L * ?", "2026-02-28T00:00:00Z", true},
      {"0 0 L * ?", "2028-02-28T00:00:00Z", false},
      {"0 0 1W * ?", "2026-11-02T00:00:00Z", true},
      {"0 0 1W * ?", "2026-11-01T00:00:00Z", false},
      {"0 0 28W * ?", "2026-11-27T00:00:00Z", true},
      {"0 0 LW * ?", "2026-11-30T00:00:00Z", true},
      {"0 0 ? * 1L", "2026-11-29T00:00:00Z", true},
      {"0 0 ? * 1L", "2026-11-22T00:00:00Z", false},
      {"0 0 ? * L", "2026-11-28T00:00:00Z", true},
      {"0 0 ? * TUE#4", "2026-11-24T00:00:00Z", true},
      {"0 0 ? * TUE#3", "2026-11-24T00:00:00Z", false},
      {"0 0 1 * TUE", "2026-11-24T00:00:00Z", true},
      {"0 0 1 * TUE", "2026-11-01T00:00:00Z", true},
      {"0 0 1 * TUE", "2026-11-25T00:00:00Z", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expression, c.time);
    CHECK(Cron(c.expression).matches(parse_rfc3339(c.time)) == c.falls);
  }
}

TEST_CASE("a schedule that cannot be is refused") {
  for (const char* expression : {"",
                                 "* * * *",
                                 "* * * * * *",
                                 "60 * * * *",
                                 "* 24 * * *",
                                 "* * 0 * *",
                                 "* * 32 * *",
                                 "* * * 12 *",
                                 "* * * * 0",
                                 "* * * * 8",
                                 "* * * * TUE#6",
                                 "* * * * X#1",
                                 "*/0 * * * *",
                                 "5-1 * * * *",
                                 "a * * * *",
                                 "-1 * * * *",
                                 "1, * * * *",
                                 "* * 40W * *",
                                 "* * W * *",
                                 "1/x * * * *",
                                 "* * * FOO *"}) {
    CAPTURE(expression);
    CHECK_THROWS_AS(Cron(expression), CronError);
  }
}

#include "controller/core/text.h"

#include "tests/support/catch.h"

namespace certloop {

TEST_CASE("other people's text becomes printable and short") {
  CHECK(printable("secret_rotated", 64) == "secret_rotated");
  CHECK(printable("two\nlines\ttab\x1b[0m", 64) == "two?lines?tab?[0m");
  CHECK(printable("caf\xc3\xa9", 64) == "caf??");
  CHECK(printable(std::string("a\0b", 3), 64) == "a?b");
  CHECK(printable("", 64).empty());
}

TEST_CASE("a cut text is not longer than allowed, and shows that it was cut") {
  CHECK(printable("0123456789", 10) == "0123456789");
  CHECK(printable("0123456789a", 10) == "0123456...");
  CHECK(printable("0123", 2) == "01");
  CHECK(printable("0123", 0).empty());
}

TEST_CASE("times are written in RFC 3339, in UTC") {
  CHECK(rfc3339(std::chrono::sys_seconds{}) == "1970-01-01T00:00:00Z");
  CHECK(rfc3339(std::chrono::sys_days{std::chrono::year{2026} / 2 / 28} + std::chrono::hours(23) +
                std::chrono::minutes(5) + std::chrono::seconds(9)) == "2026-02-28T23:05:09Z");
  CHECK(rfc3339(std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}) ==
        "9999-12-31T00:00:00Z");
}

}  // namespace certloop

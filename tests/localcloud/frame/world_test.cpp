#include "hack/localcloud/frame/world.h"

#include <algorithm>
#include <set>

#include "tests/support/catch.h"

using namespace localcloud;

namespace {

// In the form, x is any lower-case hexadecimal digit and y one of 8, 9, a, b.
bool has_form(const std::string& id, const std::string& form) {
  return std::equal(id.begin(), id.end(), form.begin(), form.end(), [](char c, char f) {
    if (f == 'x') return std::string("0123456789abcdef").find(c) != std::string::npos;
    if (f == 'y') return std::string("89ab").find(c) != std::string::npos;
    return c == f;
  });
}

}  // namespace

TEST_CASE("times are written and read as RFC 3339") {
  struct Case {
    std::string text;
    std::string canonical;
  };
  const Case cases[] = {
      {"2026-02-02T03:04:05Z", "2026-02-02T03:04:05Z"},
      {"2026-02-02T03:04:05.999999Z", "2026-02-02T03:04:05Z"},
      {"2026-02-02T03:04:05+02:00", "2026-02-02T01:04:05Z"},
      {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
      {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
      {"2263-01-01T00:00:00Z", "2263-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(rfc3339(parse_rfc3339(c.text)) == c.canonical);
  }
  for (const std::string text :
       {"", "2026", "2026-02-30T00:00:00Z", "2026-02-02T24:00:00Z", "2026-02-02T00:00:00",
        "2026-02-02 00:00:00Z", "2026-02-02T00:00:00+0200", "2026-02-02T00:00:00Zx"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_rfc3339(text), std::invalid_argument);
  }
}

TEST_CASE("switches take declared names and values of their kind only") {
  Switches switches;
  switches.declare("flag", true, "a flag");
  switches.declare("number", 5, "a number");
  switches.set("flag", false);
  CHECK_FALSE(switches.on("flag"));
  CHECK_THROWS_AS(switches.set("flag", 1), HttpError);
  CHECK_THROWS_AS(switches.set("number", "6"), HttpError);
  CHECK_THROWS_AS(switches.set("unknown", true), HttpError);
  CHECK(switches.describe()["flag"] ==
        Json{{"value", false},
             {"default", true},
             {"meaning", "a flag"},
             {"takes", {{"kind", "boolean"}, {"values", {false, true}}}}});
}

TEST_CASE("a switch tells what it takes, so that its other positions can be found") {
  Switches switches;
  switches.declare("flag", false, "a flag");
  switches.declare("number", 5, "a number");
  switches.declare("text", "", "a text");
  switches.declare("word", "a", "a word", one_of({"a", "b"}));
  switches.declare("few", 1, "a small number", from_to(1, 3));
  switches.declare("status", 404, "a status", refusal_status({0}));
  const Json all = switches.describe();
  CHECK(all["flag"]["takes"] == Json{{"kind", "boolean"}, {"values", {false, true}}});
  CHECK(all["number"]["takes"] == Json{{"kind", "integer"}});
  CHECK(all["text"]["takes"] == Json{{"kind", "string"}});
  CHECK(all["word"]["takes"] == Json{{"kind", "string"}, {"values", {"a", "b"}}});
  CHECK(all["few"]["takes"] == Json{{"kind", "integer"}, {"from", 1}, {"to", 3}});
  CHECK(all["status"]["takes"] ==
        Json{{"kind", "integer"}, {"values", Json::array({0})}, {"from", 400}, {"to", 599}});
}

TEST_CASE("a switch with allowed values takes no other") {
  Switches switches;
  switches.declare("word", "a", "a word", one_of({"a", "b"}));
  switches.declare("status", 404, "a status", refusal_status({0}));
  for (const Json& value : {Json("a"), Json("b")}) CHECK_NOTHROW(switches.set("word", value));
  for (const Json& value : {Json("c"), Json("")}) CHECK_THROWS(switches.set("word", value));
  for (const int status : {0, 400, 599}) CHECK_NOTHROW(switches.set("status", status));
  for (const int status : {-1, 1, 204, 399, 600}) {
    CHECK_THROWS_AS(switches.set("status", status), HttpError);
  }
  CHECK(switches.value("status") == 599);
}

TEST_CASE("several switches are set together or not at all") {
  Switches switches;
  switches.declare("a", 1, "first");
  switches.declare("b", true, "second");
  for (const Json& more : {Json{{"b", 5}}, Json{{"unknown", true}}}) {
    Json values{{"a", 2}};
    values.update(more);
    CHECK_THROWS_AS(switches.set_all(values), HttpError);
    CHECK(switches.value("a") == 1);
  }
  switches.set_all({{"a", 2}, {"b", false}});
  CHECK(switches.value("a") == 2);
  CHECK_FALSE(switches.on("b"));
}

TEST_CASE("identifiers have their forms, differ, and repeat with the seed") {
  Ids ids(7);
  Ids same(7);
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string id = ids.uuid();
    CHECK(has_form(id, "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx"));
    CHECK(id == same.uuid());
    seen.insert(id);
    seen.insert(ids.entity_tag());
    same.entity_tag();
  }
  CHECK(seen.size() == 400);
  CHECK(ids.hex(5).size() == 5);
}

TEST_CASE("the cloud's clock is the machine's, shifted") {
  CloudClock clock;
  const Time before = CloudClock().now();
  clock.shift(std::chrono::hours(24));
  CHECK(clock.now() - before >= std::chrono::hours(24));
  CHECK(clock.now() - before < std::chrono::hours(25));
}

TEST_CASE("the seed's names are real ones in form") {
  const Seed seed;
  CHECK(seed.sm_crn() ==
        "crn:v1:bluemix:public:secrets-manager:eu-de:a/0123456789abcdef0123456789abcdef:"
        "99999999-aaaa-bbbb-cccc-dddddddddddd::");
  CHECK(seed.en_crn().rfind("crn:v1:bluemix:public:event-notifications:eu-de:a/", 0) == 0);
}

TEST_CASE("a CRN has ten parts, the last of which may hold colons") {
  const localcloud::Seed seed;
  const auto crn = localcloud::parse_crn(seed.sm_crn());
  REQUIRE(crn.has_value());
  CHECK(crn->service == "secrets-manager");
  CHECK(crn->region == seed.sm_region);
  CHECK(crn->account == seed.account);
  CHECK(crn->instance == seed.sm_instance);
  CHECK(crn->text() == seed.sm_crn());
  const auto child = localcloud::parse_crn("crn:v1:bluemix:public:a:b:a/c:d:secret:e:f/g");
  REQUIRE(child.has_value());
  CHECK(child->resource_type == "secret");
  CHECK(child->resource == "e:f/g");
  for (const char* text :
       {"", "crn", "crn:v1:bluemix:public:a:b:a/c:d", "urn:v1:x:x:a:b:c:d:e:f"}) {
    CAPTURE(text);
    CHECK_FALSE(localcloud::parse_crn(text).has_value());
  }
}

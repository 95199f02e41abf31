#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using stage::Json;
using stage::Reply;
using stage::Stage;

namespace {

// An instance with one topic on the timer, and the clock just after a full hour.
struct Clockwork : Stage {
  explicit Clockwork(const Json& schedule) {
    move_to("2026-11-24T12:00:01Z");
    subscribe("s", stage::application());
    const Json all = call("GET", "/sources").body;
    for (const Json& source : all.at("sources")) {
      if (source["type"] == "periodic-timer") timer = source["id"];
    }
    answer = put(schedule);
  }

  Reply put(const Json& schedule) {
    const Json topic = call("GET", "/topics").body["topics"][0]["id"];
    const Json rule{{"enabled", true}, {"event_schedule_filter", schedule}};
    return call("PUT", "/topics/" + topic.get<std::string>(),
                {{"name", "s"}, {"sources", {{{"id", timer}, {"rules", {rule}}}}}});
  }
  void move_to(const std::string& time) {
    world.clock.shift(std::chrono::ceil<std::chrono::seconds>(localcloud::parse_rfc3339(time) -
                                                              world.clock.now()));
    notifications.catch_up();
  }

  std::string timer{};
  Reply answer{};
};

}  // namespace

TEST_CASE("the periodic timer sends an event for each minute of its schedule") {
  Clockwork at(Json{{"expression", "*/10 * * * *"}});
  REQUIRE(at.answer.status == 200);
  at.move_to("2026-11-24T12:09:30Z");
  CHECK(at.outbound.sent.empty());
  at.move_to("2026-11-24T12:10:01Z");
  REQUIRE(at.outbound.sent.size() == 1);
  CHECK(at.body(0)["time"] == "2026-11-24T12:10:00Z");
  CHECK(at.body(0)["ibmensourceid"] == at.timer);
  CHECK(at.body(0)["notification_id"].is_string());
  CHECK(at.body(0)["data"]["scheduled_for"] == "2026-11-24T12:10:00Z");
  at.move_to("2026-11-24T13:00:01Z");
  CHECK(at.outbound.sent.size() == 6);
}

TEST_CASE("the scheduler wakes the timer at the next full minute") {
  Clockwork at(Json{{"expression", "* * * * *"}});
  at.world.clock.shift(60s);
  at.scheduler.advance(61s);
  CHECK(at.outbound.sent.size() >= 1);
}

TEST_CASE("a schedule has a window, and a long jump of the clock is not made up for in full") {
  Clockwork at(Json{{"expression", "0 * * * *"},
                    {"starts_at", "2026-11-24T14:00:00Z"},
                    {"ends_at", "2026-11-24T16:00:00Z"}});
  at.move_to("2026-11-24T20:00:01Z");
  CHECK(at.outbound.sent.size() == 3);
  REQUIRE(at.put({{"expression", "0 0 * * *"}}).status == 200);
  at.move_to("2027-11-24T12:00:01Z");
  CHECK(at.outbound.sent.size() == 3 + 7);
}

TEST_CASE("a disabled or replaced schedule is silent") {
  Clockwork at(Json{{"expression", "* * * * *"}});
  const Json topic = at.call("GET", "/topics").body["topics"][0]["id"];
  at.call("PUT", "/topics/" + topic.get<std::string>(),
          {{"name", "s"}, {"sources", Json::array()}});
  at.move_to("2026-11-24T12:05:01Z");
  CHECK(at.outbound.sent.empty());
}

TEST_CASE("schedules that cannot be are refused") {
  const stage::Refused cases[] = {
      {"bad expression", {{"expression", "daily"}}, "five fields"},
      {"no expression", Json::object(), "expression"},
      {"bad window", {{"expression", "* * * * *"}, {"starts_at", "tomorrow"}}, "starts_at"},
  };
  for (const auto& expected : cases) {
    Clockwork at(expected.body);
    check_refused(at.answer, expected);
  }
}

TEST_CASE("switch timer_event_data: whether the timer's events have data") {
  Clockwork at(Json{{"expression", "* * * * *"}});
  at.move_to("2026-11-24T12:01:01Z");
  CHECK(at.body(0).contains("data"));
  at.set("timer_event_data", false);
  at.move_to("2026-11-24T12:02:01Z");
  CHECK_FALSE(at.body(1).contains("data"));
}

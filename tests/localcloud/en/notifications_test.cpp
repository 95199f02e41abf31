#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using stage::application;
using stage::Json;
using stage::Reply;
using stage::Stage;

namespace {

Json sample_event(Stage& stage) {
  const Json source = stage.call("POST", "/sources", {{"name", "api"}, {"description", ""}}).body;
  return {{"specversion", "1.0"},   {"id", "e1"},
          {"source", "here"},       {"ibmensourceid", source["id"]},
          {"type", "a.b.happened"}, {"data", {{"x", 1}}}};
}

}  // namespace

TEST_CASE("a sent event is taken in, delivered and its state is told") {
  Stage stage;
  const Json event = sample_event(stage);
  stage.subscribe("s", application());
  const Json topic_id = stage.call("GET", "/topics").body["topics"][0]["id"];
  const Json source{{"id", event["ibmensourceid"]}, {"rules", {{{"enabled", true}}}}};
  stage.call("PUT", "/topics/" + topic_id.get<std::string>(),
             {{"name", "s"}, {"sources", {source}}});
  const Reply taken = stage.call("POST", "/notifications", event);
  CHECK(taken.status == 202);
  const std::string path = "/notifications/" + taken.body["notification_id"].get<std::string>();
  CHECK(stage.call("GET", path).body["status"] == "inprogress");
  stage.scheduler.advance(0s);
  const Json state = stage.call("GET", path).body;
  CHECK(state["status"] == "success");
  CHECK(state["details"]["status_code"] == 200);
  CHECK(stage.body(0)["data"]["x"] == 1);
  CHECK(stage.call("GET", "/notifications/x").status == 404);

  stage.outbound.script.assign(4, {.failure = "timeout"});
  const Json second = stage.call("POST", "/notifications", event).body["notification_id"];
  stage.scheduler.advance(1h);
  CHECK(stage.call("GET", "/notifications/" + second.get<std::string>()).body["status"] ==
        "failure");
}

TEST_CASE("an event that nothing listens to succeeds and tells why it went nowhere") {
  Stage stage;
  const Json event = sample_event(stage);
  const Json id = stage.call("POST", "/notifications", event).body["notification_id"];
  const Json state = stage.call("GET", "/notifications/" + id.get<std::string>()).body;
  CHECK(state["details"]["status_message"] == "no topic for the source");
}

TEST_CASE("bad events are refused") {
  Stage stage;
  const Json good = sample_event(stage);
  for (const char* name : {"specversion", "id", "source", "type", "ibmensourceid"}) {
    INFO(name);
    Json event = good;
    event.erase(name);
    CHECK(stage.call("POST", "/notifications", event).status == 400);
    event[name] = 1;
    CHECK(stage.call("POST", "/notifications", event).status == 400);
  }
  Json unknown = good;
  unknown["ibmensourceid"] = "x";
  CHECK(stage::error_code(stage.call("POST", "/notifications", unknown)) == "wrong_source_id");
  Json large = good;
  large["data"] = std::string(70'000, 'x');
  CHECK(stage.call("POST", "/notifications", large).status == 413);
}

TEST_CASE("a destination's test sends an event that is none of Secrets Manager's") {
  Stage stage;
  const auto id = stage.subscribe("s", application());
  const Reply tested = stage.call("POST", "/destinations/" + id + "/test");
  CHECK(tested.status == 201);
  CHECK(tested.body.contains("status"));
  CHECK_FALSE(tested.body.contains("destination_type"));
  REQUIRE(stage.outbound.sent.size() == 1);
  CHECK_FALSE(stage.body(0)["data"].contains("secrets"));
  CHECK(stage.call("POST", "/destinations/x/test").status == 404);
}

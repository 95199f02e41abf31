#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

// What the documents of Event Notifications leave open, each in both positions.
using namespace std::chrono_literals;
using stage::application;
using stage::Json;
using stage::Stage;

namespace {

std::vector<long> seconds(const Stage& stage) {
  std::vector<long> all;
  for (const auto time : stage.outbound.times) {
    all.push_back(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  }
  return all;
}

void send_one(Stage& stage) {
  stage.publish("cert");
  stage.notifications.flush();
}

Json api_event(Stage& stage, const std::string& name) {
  const Json source = stage.call("POST", "/sources", {{"name", name}, {"description", ""}}).body;
  return {{"specversion", "1.0"}, {"id", "e1"},         {"source", "here"},
          {"type", "a.b"},        {"data", {{"x", 1}}}, {"ibmensourceid", source["id"]}};
}

}  // namespace

TEST_CASE("switch delivery_retry_policy: growing delays, or 5 s for 60 s") {
  Stage stage;
  stage.subscribe("s", application());
  stage.outbound.script.assign(40, {.status = 503, .headers = {{"retry-after", "2"}}});
  send_one(stage);
  stage.scheduler.advance(1h);
  CHECK(seconds(stage) == std::vector<long>{0, 2, 4, 6});
  stage.set("delivery_retry_policy", "60_seconds");
  stage.outbound.times.clear();
  const auto start =
      std::chrono::duration_cast<std::chrono::seconds>(stage.scheduler.now()).count();
  send_one(stage);
  stage.scheduler.advance(1h);
  const auto old = seconds(stage);
  REQUIRE(old.size() == 13);
  CHECK(old[1] - start == 5);
  CHECK(old[12] - start == 60);
  CHECK(stage.outbound.sent.back().timeout == 60s);
  stage.outbound.script.assign(1, {.failure = "timeout"});
  stage.outbound.times.clear();
  send_one(stage);
  stage.scheduler.advance(1h);
  CHECK(stage.outbound.times.size() == 1);
}

TEST_CASE("switch delivery_success: which answers are good") {
  Stage stage;
  stage.subscribe("s", application());
  stage.outbound.script.assign(1, {.status = 201});
  send_one(stage);
  stage.scheduler.advance(1h);
  CHECK(stage.outbound.sent.size() == 1);
  stage.set("delivery_success", "200");
  stage.outbound.script.assign(1, {.status = 201});
  send_one(stage);
  stage.scheduler.advance(1h);
  CHECK(stage.outbound.sent.size() == 3);
}

TEST_CASE("switch delivery_follow_redirects: whether a redirect is gone after") {
  Stage stage;
  stage.subscribe("s", application());
  const localcloud::OutboundResult moved{.status = 302,
                                         .headers = {{"location", "https://app.example/there"}}};
  stage.outbound.script.assign(1, moved);
  send_one(stage);
  stage.scheduler.advance(1h);
  CHECK(stage.outbound.sent.at(1).url == "https://app.example/v1/events");
  stage.set("delivery_follow_redirects", true);
  stage.outbound.script.assign(1, moved);
  send_one(stage);
  stage.scheduler.advance(1h);
  CHECK(stage.outbound.sent.at(3).url == "https://app.example/there");
}

TEST_CASE("switch delivery_user_agent: who delivers") {
  Stage stage;
  stage.subscribe("s", application());
  const auto agent = [&stage] {
    for (const auto& [name, value] : stage.outbound.sent.back().headers) {
      if (name == "User-Agent") return value;
    }
    return std::string("none");
  };
  send_one(stage);
  CHECK(agent() == "none");
  stage.set("delivery_user_agent", "Go-http-client/2.0");
  send_one(stage);
  CHECK(agent() == "Go-http-client/2.0");
}

TEST_CASE("switch event_severity_form: how the severity is written") {
  Stage stage;
  stage.subscribe("s", application());
  send_one(stage);
  CHECK(stage.body(0)["ibmenseverity"] == "LOW");
  stage.set("event_severity_form", "lower");
  send_one(stage);
  CHECK(stage.body(1)["ibmenseverity"] == "low");
}

TEST_CASE("switch en_source_type: what a Secrets Manager instance is as a source") {
  Stage stage;
  const auto type = [&stage] {
    const Json all = stage.call("GET", "/sources").body;
    for (const Json& one : all.at("sources")) {
      if (one["id"] == stage.world.seed.sm_crn()) return one["type"].get<std::string>();
    }
    return std::string();
  };
  CHECK(type() == "secrets-manager");
  stage.set("en_source_type", "secrets_manager");
  stage.notifications.unregister_source(stage.world.seed.sm_crn());
  REQUIRE(stage.notifications.register_source(stage.world.seed.sm_crn(), stage.world.seed.en_crn(),
                                              "n", ""));
  CHECK(type() == "secrets_manager");
}

TEST_CASE("switch en_name_conflict_status: a name that is in use") {
  Stage stage;
  const Json body{{"name", "api"}, {"description", ""}};
  CHECK(stage.call("POST", "/sources", body).status == 201);
  CHECK(stage.call("POST", "/sources", body).status == 409);
  stage.set("en_name_conflict_status", 400);
  CHECK(stage.call("POST", "/sources", body).status == 400);
}

TEST_CASE("switches en_most_sources and en_most_rules: how large a topic may be") {
  Stage stage;
  const Json rule{{"event_type_filter", "$.*"}};
  const Json other = api_event(stage, "api")["ibmensourceid"];
  const Json source{{"id", stage.world.seed.sm_crn()}, {"rules", {rule, rule}}};
  const Json second{{"id", other}, {"rules", {rule}}};
  int number = 0;
  const auto status = [&] {
    return stage
        .call("POST", "/topics",
              {{"name", "t" + std::to_string(++number)}, {"sources", {source, second}}})
        .status;
  };
  CHECK(status() == 201);
  stage.set("en_most_rules", 1);
  CHECK(status() == 400);
  stage.set("en_most_rules", 2);
  stage.set("en_most_sources", 1);
  CHECK(status() == 400);
}

TEST_CASE("switch en_test_event_data: what a destination's test sends") {
  Stage stage;
  const std::string path = "/destinations/" + stage.subscribe("s", application()) + "/test";
  CHECK(stage.call("POST", path).status == 201);
  CHECK(stage.body(0).contains("data"));
  stage.set("en_test_event_data", false);
  CHECK(stage.call("POST", path).status == 201);
  CHECK_FALSE(stage.body(1).contains("data"));
}

TEST_CASE("switch en_cross_region_sources: a source of another region") {
  Stage stage;
  localcloud::Crn crn = localcloud::parse_crn(stage.world.seed.sm_crn()).value();
  crn.region = "au-syd";
  const auto registered = [&] {
    return stage.notifications.register_source(crn.text(), stage.world.seed.en_crn(), "n", "");
  };
  CHECK(registered());
  stage.set("en_cross_region_sources", false);
  CHECK_THROWS_AS(registered(), localcloud::HttpError);
}

TEST_CASE("an event comes in by binary mode as well") {
  Stage stage;
  const Json event = api_event(stage, "api");
  localcloud::Request request{.method = "POST", .body = R"({"x":1})"};
  request.path = {"event-notifications", "v1", "instances", stage.world.seed.en_instance,
                  "notifications"};
  request.headers = {{"ce-specversion", "1.0"},
                     {"ce-id", "e%201"},
                     {"ce-source", "here"},
                     {"ce-type", "a.b"},
                     {"ce-ibmensourceid", event["ibmensourceid"].get<std::string>()}};
  CHECK(stage.notifications.handle(request).status == 202);
  request.headers.pop_back();
  CHECK(stage.notifications.handle(request).status == 400);
}

TEST_CASE("a lite instance has few objects and few messages") {
  Stage stage;
  stage.notifications.add_instance(stage.world.seed.en_crn(), "lite");
  const Json rule{{"event_type_filter", "$.*"}};
  const auto topic = [&](const std::string& name, const Json& rules) {
    const Json source{{"id", stage.world.seed.sm_crn()}, {"rules", rules}};
    return stage.call("POST", "/topics", {{"name", name}, {"sources", {source}}}).status;
  };
  stage.subscribe("s", application());
  CHECK(topic("three filters", Json::array({rule, rule, rule})) == 400);
  for (int i = 1; i < 10; ++i) CHECK(topic(std::to_string(i), Json::array({rule})) == 201);
  CHECK(topic("eleventh", Json::array({rule})) == 400);
  for (int i = 0; i < 21; ++i) send_one(stage);
  CHECK(stage.outbound.sent.size() == 20);
  CHECK(stage.notifications.deliveries()["not_delivered"] == 1);
  stage.set("en_lite_messages", 21);
  send_one(stage);
  send_one(stage);
  CHECK(stage.outbound.sent.size() == 21);
  stage.set("en_lite_counts_code_engine", false);
  send_one(stage);
  CHECK(stage.outbound.sent.size() == 22);
}

#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using stage::application;
using stage::Json;
using stage::Stage;

namespace {

using Names = std::vector<std::string>;

// The secret names of all that was sent, in the order of sending.
Names sent_names(const Stage& stage) {
  Names names;
  for (std::size_t i = 0; i < stage.outbound.sent.size(); ++i) {
    names.push_back(stage.body(i)["data"]["secrets"][0]["secret_name"]);
  }
  return names;
}

void publish_apart(Stage& stage, const Names& names) {
  for (const std::string& name : names) {
    stage.publish(name);
    stage.notifications.flush();
  }
}

std::string header(const localcloud::OutboundRequest& request, const std::string& name) {
  for (const auto& [present, value] : request.headers) {
    if (present == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("an accepted delivery is made once, with verb, URL and headers of the destination") {
  Stage stage;
  Json params = application();
  params["custom_headers"] = {{"Authorization", "Bearer canary"}};
  params["sensitive_headers"] = {"Authorization"};
  stage.subscribe("s", params);
  publish_apart(stage, {"a"});
  stage.scheduler.advance(1h);
  REQUIRE(stage.outbound.sent.size() == 1);
  const auto& sent = stage.outbound.sent[0];
  CHECK(sent.method == "POST");
  CHECK(sent.url == "https://app.example/v1/events");
  CHECK(sent.timeout == 10s);
  CHECK(header(sent, "Authorization") == "Bearer canary");
  CHECK(header(sent, "Content-Type") == "application/json");
  const Json told = stage.notifications.deliveries();
  CHECK(told["delivered"] == 1);
  CHECK(told["deliveries"][0]["outcome"] == "delivered");
  CHECK(told["deliveries"][0]["attempts"] == 1);
  CHECK(told["deliveries"][0]["notification_id"] == stage.body(0)["notification_id"]);
  CHECK(told.dump().find("canary") == std::string::npos);
}

TEST_CASE("a failing delivery is retried three times after growing delays and then lost") {
  Stage stage;
  stage.subscribe("s", application());
  for (const int status : {500, 404, 302, 503}) {
    stage.outbound.script.push_back({.status = status});
  }
  publish_apart(stage, {"a"});
  stage.scheduler.advance(1h);
  CHECK(stage.outbound.times == std::vector<std::chrono::milliseconds>{0s, 1s, 4s, 13s});
  CHECK(stage.delivery(0)["outcome"] == "lost");
  CHECK(stage.delivery(0)["status"] == 503);
  CHECK(stage.notifications.deliveries()["lost"] == 1);
}

TEST_CASE("Retry-After in seconds overrides the delay, anything else does not") {
  struct Case {
    const char* value;
    std::chrono::milliseconds expected;
  };
  const Case cases[] = {
      {"7", 7s}, {"0", 0s}, {"-1", 1s}, {"Wed, 21 Oct 2026 07:28:00 GMT", 1s}, {"99999", 1h}};
  for (const Case& one : cases) {
    INFO(one.value);
    Stage stage;
    stage.subscribe("s", application());
    stage.outbound.script.push_back({.status = 503, .headers = {{"retry-after", one.value}}});
    publish_apart(stage, {"a"});
    stage.scheduler.advance(24h);
    REQUIRE(stage.outbound.times.size() == 2);
    CHECK(stage.outbound.times[1] == one.expected);
    CHECK(stage.delivery(0)["outcome"] == "delivered");
  }
}

TEST_CASE("4xx answers are final when the switch says so") {
  Stage stage;
  stage.subscribe("s", application());
  stage.set("delivery_retry_4xx", false);
  stage.outbound.script = {{.status = 401}};
  publish_apart(stage, {"a"});
  stage.scheduler.advance(1h);
  CHECK(stage.outbound.sent.size() == 1);
  CHECK(stage.delivery(0)["outcome"] == "lost");
}

TEST_CASE("the body has three variants") {
  Stage stage;
  stage.subscribe("s", application());
  stage.set("delivery_content_type", "application/cloudevents+json");
  publish_apart(stage, {"structured"});
  stage.set("delivery_body", "binary");
  publish_apart(stage, {"binary"});
  stage.set("delivery_body", "bare");
  publish_apart(stage, {"bare"});
  const auto& sent = stage.outbound.sent;
  REQUIRE(sent.size() == 3);
  CHECK(header(sent[0], "Content-Type") == "application/cloudevents+json");
  CHECK(stage.body(0).contains("specversion"));
  CHECK(header(sent[1], "Content-Type") == "application/json");
  CHECK(header(sent[1], "ce-type") == "com.ibm.cloud.secrets-manager.secret_rotated");
  CHECK(header(sent[1], "ce-specversion") == "1.0");
  CHECK(header(sent[1], "ce-notification_id").size() == 36);
  CHECK(stage.body(1)["event_type"] == "secret_rotated");
  CHECK(header(sent[2], "ce-type").empty());
  CHECK(stage.body(2)["event_type"] == "secret_rotated");
}

TEST_CASE("a delivery by GET carries the event only when the switch says so") {
  Stage stage;
  Json params = application();
  params["verb"] = "GET";
  stage.subscribe("s", params);
  publish_apart(stage, {"a"});
  CHECK(stage.outbound.sent[0].method == "GET");
  CHECK(stage.outbound.sent[0].body.empty());
  stage.set("delivery_get_with_body", true);
  publish_apart(stage, {"b"});
  CHECK(stage.body(1)["data"]["secrets"].size() == 1);
}

TEST_CASE("filters decide which destinations get an event") {
  Stage stage;
  const auto rotated =
      stage.subscribe("rotated", application(), "$.data.event_type == 'secret_rotated'");
  stage.subscribe("first secret", application(), "$.data.secrets[0].secret_name == 'x'");
  stage.subscribe("any secret", application(), "$.data.secrets[?(@.secret_name == 'x')]");
  stage.publish("w");
  stage.publish("x");
  stage.notifications.flush();
  REQUIRE(stage.outbound.sent.size() == 2);
  CHECK(stage.delivery(0)["destination_id"] == rotated);
  CHECK(stage.delivery(1)["destination_name"] == "any secret");
}

TEST_CASE("jobs, e-mail and SMS get nothing, and the log says so") {
  Stage stage;
  stage.subscribe("s", {{"type", "job"}, {"project_crn", "crn"}, {"job_name", "j"}});
  publish_apart(stage, {"a"});
  CHECK(stage.outbound.sent.empty());
  CHECK(stage.delivery(0)["outcome"] == "not_delivered");
  CHECK(stage.notifications.deliveries()["not_delivered"] == 1);
}

TEST_CASE("ordered losses lose the next deliveries without a try") {
  Stage stage;
  stage.subscribe("s", application());
  stage.notifications.control_notifications({{"mode", "lose"}, {"count", 2}});
  publish_apart(stage, {"a", "b", "c"});
  stage.scheduler.advance(1h);
  CHECK(sent_names(stage) == Names{"c"});
  CHECK(stage.notifications.deliveries()["lost"] == 2);
}

TEST_CASE("an ordered double is two deliveries of one notification") {
  Stage stage;
  stage.subscribe("s", application());
  stage.notifications.control_notifications({{"mode", "double"}});
  publish_apart(stage, {"a", "b"});
  CHECK(sent_names(stage) == Names{"a", "a", "b"});
  CHECK(stage.body(0)["notification_id"] == stage.body(1)["notification_id"]);
}

TEST_CASE("an ordered delay holds the next delivery back") {
  Stage stage;
  stage.subscribe("s", application());
  stage.notifications.control_notifications({{"mode", "delay"}, {"delay_ms", 5000}});
  publish_apart(stage, {"a", "b"});
  stage.scheduler.advance(5s);
  CHECK(sent_names(stage) == Names{"b", "a"});
  CHECK(stage.outbound.times[1] == 5s);
}

TEST_CASE("an ordered reorder turns the next deliveries round, however few there are") {
  Stage stage;
  stage.subscribe("s", application());
  const Json order{{"mode", "reorder"}, {"count", 3}};
  SECTION("all of them came") {
    stage.notifications.control_notifications(order);
    for (const char* type : {"public_cert", "private_cert", "imported_cert"}) {
      stage.publish(type, "secret_rotated", type);
    }
    stage.notifications.flush();
    CHECK(sent_names(stage) == Names{"imported_cert", "private_cert", "public_cert"});
  }
  SECTION("a flush lets go of fewer") {
    stage.notifications.control_notifications(order);
    stage.publish("a", "secret_rotated", "public_cert");
    stage.publish("b", "secret_rotated", "private_cert");
    stage.notifications.flush();
    CHECK(sent_names(stage) == Names{"b", "a"});
  }
  SECTION("time lets go of fewer") {
    stage.notifications.control_notifications(order);
    stage.set("batch_interval_ms", 0);
    stage.publish("a", "secret_rotated", "public_cert");
    stage.publish("b", "secret_rotated", "private_cert");
    stage.scheduler.advance(999ms);
    CHECK(stage.outbound.sent.empty());
    stage.scheduler.advance(1ms);
    CHECK(sent_names(stage) == Names{"b", "a"});
  }
}

TEST_CASE("bad orders are refused") {
  Stage stage;
  const Json cases[] = {{{"mode", "burn"}},
                        Json::object(),
                        {{"mode", 1}},
                        {{"mode", "lose"}, {"count", 0}},
                        {{"mode", "lose"}, {"count", "2"}},
                        {{"mode", "delay"}, {"delay_ms", -1}},
                        {{"mode", "lose"}, {"surprise", 1}}};
  for (const Json& order : cases) {
    INFO(order.dump());
    CHECK_THROWS_AS(stage.notifications.control_notifications(order), localcloud::HttpError);
  }
}

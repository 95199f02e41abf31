#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using stage::application;
using stage::Json;
using stage::Reply;
using stage::Stage;

namespace {

// Base64 of: {"text":"{{data.event_type}}"}
constexpr char kBody[] = "eyJ0ZXh0Ijoie3tkYXRhLmV2ZW50X3R5cGV9fSJ9";

Json order(const std::string& name, const std::string& type = "ibmceapp.notification") {
  return {{"name", name}, {"type", type}, {"params", {{"body", kBody}}}};
}

std::string only_subscription(Stage& stage) {
  return "/subscriptions/" +
         stage.call("GET", "/subscriptions").body["subscriptions"][0]["id"].get<std::string>();
}

}  // namespace

TEST_CASE("templates are made, listed, replaced and deleted") {
  Stage stage;
  const Reply made = stage.call("POST", "/templates", order("t"));
  CHECK(made.status == 201);
  stage::check_members(made.body, {"id", "name", "type", "params", "created_at", "description"});
  const std::string path = "/templates/" + made.body["id"].get<std::string>();
  const Json one = stage.call("GET", path).body;
  stage::check_members(one, {"id", "name", "description", "type", "subscription_count",
                             "subscription_names", "updated_at", "params"});
  CHECK(one["params"]["body"] == kBody);
  CHECK(stage.call("POST", "/templates", order("t")).status == 409);
  CHECK(stage.call("PUT", path, order("u")).body["name"] == "u");
  CHECK(stage.call("GET", "/templates?search=u").body["total_count"] == 1);
  CHECK(stage.call("DELETE", path).status == 204);
  CHECK(stage.call("GET", path).status == 404);
}

TEST_CASE("there are no predefined templates, and their list says so") {
  Stage stage;
  stage.call("POST", "/templates", order("t"));
  const Json list =
      stage.call("GET", "/pre_defined_templates?source=logs&type=slack.notification").body;
  stage::check_members(list, {"total_count", "offset", "limit", "templates", "first"});
  CHECK(list["total_count"] == 0);
  CHECK(list["templates"] == Json::array());
  CHECK(stage.call("GET", "/pre_defined_templates/any").status == 404);
  CHECK(stage.call("GET", "/pre_defined_templates?limit=0").status == 400);
  CHECK(stage.call("POST", "/pre_defined_templates", order("t")).status == 405);
}

TEST_CASE("templates that cannot be are refused") {
  Stage stage;
  const auto with = [](const char* member, const Json& value) {
    Json body = order("t");
    body[member] = value;
    return body;
  };
  const stage::Refused cases[] = {
      {"no name", with("name", nullptr), "name"},
      {"a type of others", with("type", "slack.notification"), "templates for"},
      {"no params", with("params", nullptr), "params"},
      {"no Base64", with("params", {{"body", "{{a}}"}}), "Base64"},
      {"no template", with("params", {{"body", "e3thfQ=="}}), "params.body"},
  };
  for (const auto& expected : cases) {
    check_refused(stage.call("POST", "/templates", expected.body), expected);
  }
}

TEST_CASE("a template's text replaces what is delivered") {
  Stage stage;
  const Json id = stage.call("POST", "/templates", order("t")).body["id"];
  stage.subscribe("s", application());
  const std::string path = only_subscription(stage);
  const Reply changed =
      stage.call("PATCH", path, {{"attributes", {{"template_id_notification", id}}}});
  REQUIRE(changed.status == 200);
  CHECK(changed.body["attributes"]["template_id_notification"] == id);
  stage.publish("cert");
  stage.notifications.flush();
  REQUIRE(stage.outbound.sent.size() == 1);
  CHECK(stage.outbound.sent[0].body == R"({"text":"secret_rotated"})");
  CHECK(stage.call("DELETE", "/templates/" + id.get<std::string>()).status == 409);
  stage.set("en_refuse_delete_in_use", false);
  CHECK(stage.call("DELETE", "/templates/" + id.get<std::string>()).status == 204);
  stage.publish("cert");
  stage.notifications.flush();
  CHECK(stage.body(1)["data"]["event_type"] == "secret_rotated");
}

TEST_CASE("a subscription takes a template of its destination's type only") {
  Stage stage;
  const Json webhook =
      stage.call("POST", "/templates", order("w", "webhook.notification")).body["id"];
  const Json app = stage.call("POST", "/templates", order("a")).body["id"];
  stage.subscribe("s", application());
  const std::string path = only_subscription(stage);
  const auto status = [&](const Json& id) {
    return stage.call("PATCH", path, {{"attributes", {{"template_id_notification", id}}}}).status;
  };
  CHECK(status(webhook) == 400);
  CHECK(status("nothing") == 400);
  CHECK(status(app) == 200);
}

TEST_CASE("integrations are made, listed and replaced, and never deleted") {
  Stage stage;
  const Json body{
      {"type", "collect_failed_events"},
      {"metadata", {{"endpoint", "https://s3.example"}, {"crn", "crn:x"}, {"bucket_name", "b"}}}};
  const Reply made = stage.call("POST", "/integrations", body);
  CHECK(made.status == 201);
  stage::check_members(made.body, {"id", "type", "metadata", "created_at", "updated_at"});
  const std::string path = "/integrations/" + made.body["id"].get<std::string>();
  CHECK(stage.call("GET", path).body["metadata"]["bucket_name"] == "b");
  Json next = body;
  next["metadata"]["bucket_name"] = "c";
  CHECK(stage.call("PUT", path, next).body["metadata"]["bucket_name"] == "c");
  CHECK(stage.call("GET", "/integrations").body["integrations"].size() == 1);
  CHECK(stage.call("DELETE", path).status == 405);
  next["type"] = "hope";
  CHECK(stage.call("PUT", path, next).status == 400);
  next = body;
  next["metadata"].erase("bucket_name");
  CHECK(stage.call("POST", "/integrations", next).status == 400);
}

#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using stage::application;
using stage::check_members;
using stage::check_refused;
using stage::Json;
using stage::Refused;
using stage::Reply;
using stage::Stage;

namespace {

forms::Fields destination(const std::string& name, const std::string& type, const Json& params) {
  return {{"name", name},
          {"type", type},
          {"collect_failed_events", "false"},
          {"config", Json{{"params", params}}.dump()}};
}

}  // namespace

TEST_CASE("destinations are made and changed by the forms of three SDKs") {
  for (const auto form : {forms::go, forms::node, forms::python}) {
    Stage stage;
    const Reply made =
        stage.send("POST", "/destinations", form(destination("d", "ibmce", application())));
    REQUIRE(made.status == 201);
    check_members(made.body, {"id", "name", "description", "type", "config", "created_at",
                              "collect_failed_events"});
    CHECK(made.body["config"]["params"] == application());
    const std::string path = "/destinations/" + made.body["id"].get<std::string>();

    const forms::Fields change{
        {"description", "new"},
        {"collect_failed_events", "true"},
        {"config", Json{{"params", application("https://b.example")}}.dump()}};
    const Reply changed = stage.send("PATCH", path, form(change));
    CHECK(changed.status == 200);
    check_members(changed.body, {"id", "name", "description", "type", "updated_at",
                                 "subscription_count", "subscription_names"});
    CHECK(changed.body["name"] == "d");
    CHECK(changed.body["collect_failed_events"] == true);
    CHECK(changed.body["config"]["params"]["url"] == "https://b.example");
    CHECK(stage.call("DELETE", path).status == 204);
  }
}

TEST_CASE("bad params of a Code Engine destination are refused") {
  const auto with = [](const char* member, const Json& value) {
    Json params = application();
    params[member] = value;
    return params;
  };
  const char* no_https = "url must begin with https";
  const Refused cases[] = {
      {"plain http elsewhere", application("http://app.example/"), no_https},
      {"plain http to a private address", application("http://10.0.0.1/"), no_https},
      {"a name like a loopback address", application("http://127.0.0.1.example/"), no_https},
      {"user information", application("https://u:p@a.example/"), "url is not an address"},
      {"another scheme", application("ftp://a.example/"), "url is not an address"},
      {"no URL", {{"type", "application"}, {"verb", "post"}}, "url is required"},
      {"unknown verb", with("verb", "put"), "verb is not one"},
      {"unknown kind", with("type", "function"), "type must be application or job"},
      {"nameless job", {{"type", "job"}, {"project_crn", "c"}}, "job_name is required"},
      {"unknown param", with("surprise", 1), "unknown member surprise"},
      {"headers are text", with("custom_headers", "A: b"), "custom_headers must be"},
      {"header is a number", with("custom_headers", {{"A", 1}}), "A must be a string"},
      {"line end", with("custom_headers", {{"A", "1\r\nB: 2"}}), "control characters"},
      {"blank in a name", with("custom_headers", {{"A B", "1"}}), "a name that cannot be sent"},
      {"sender's", with("custom_headers", {{"Content-Length", "1"}}), "cannot be sent"},
      {"unknown sensitive", with("sensitive_headers", {"A"}), "must name custom headers"}};
  Stage stage;
  for (const Refused& one : cases) {
    const auto form = forms::go(destination("d", "ibmce", one.body));
    check_refused(stage.send("POST", "/destinations", form), one);
  }
}

TEST_CASE("bad forms of a destination are refused") {
  const std::string config = Json{{"params", application()}}.dump();
  const std::pair<forms::Fields, const char*> cases[] = {
      {{{"name", "d"}, {"type", "slack"}, {"config", config}}, "ibmce and webhook"},
      {{{"name", "d"}, {"type", "webhook"}, {"config", config}}, "unknown member type"},
      {{{"name", "d"}, {"type", "ibmce"}}, "type is required"},
      {{{"name", "d"}, {"type", "ibmce"}, {"config", "{}"}}, "config.params is required"},
      {{{"name", "d"}, {"type", "ibmce"}, {"config", "{"}}, "not a JSON object"},
      {{{"type", "ibmce"}, {"config", config}}, "name is required"},
      {{{"name", "d"}, {"collect_failed_events", "1"}}, "must be true or false"},
      {{{"name", "d"}, {"icon", "x"}}, "unknown part icon"}};
  Stage stage;
  for (const auto& [fields, message] : cases) {
    check_refused(stage.send("POST", "/destinations", forms::go(fields)), {message, {}, message});
  }
  const Reply json = stage.call("POST", "/destinations", {{"name", "d"}, {"type", "ibmce"}});
  check_refused(json, {"JSON", {}, "multipart/form-data expected"});
}

TEST_CASE("good destinations are taken") {
  const std::pair<const char*, Json> cases[] = {
      {"ibmce", application("http://127.0.0.1:8080/v1/events")},
      {"ibmce", application("http://[::1]:8080")},
      {"ibmce", application("http://localhost")},
      {"ibmce", {{"type", "application"}, {"url", "https://a.example"}, {"verb", "POST"}}},
      {"ibmce", {{"type", "job"}, {"project_crn", "crn:v1"}, {"job_name", "j"}}},
      {"webhook", {{"url", "https://a.example/hook?x=1"}, {"verb", "patch"}}}};
  Stage stage;
  int number = 0;
  for (const auto& [type, params] : cases) {
    INFO(params.dump());
    const auto form = forms::go(destination("d" + std::to_string(++number), type, params));
    CHECK(stage.send("POST", "/destinations", form).status == 201);
  }
}

TEST_CASE("two destinations are built in and stay") {
  Stage stage;
  const Json list = stage.call("GET", "/destinations").body["destinations"];
  REQUIRE(list.size() == 2);
  CHECK(list[0]["type"] == "smtp_ibm");
  CHECK(list[1]["type"] == "sms_ibm");
  const std::string path = "/destinations/" + list[0]["id"].get<std::string>();
  CHECK(stage.call("DELETE", path).status == 400);
  CHECK(stage.send("PATCH", path, forms::go({{"name", "x"}})).status == 400);
  CHECK(stage.call("POST", path + "/test").status == 400);
}

TEST_CASE("values of sensitive headers are masked on every read") {
  Stage stage;
  Json params = application();
  params["custom_headers"] = {{"Authorization", "canary"}, {"X-Kind", "open"}};
  params["sensitive_headers"] = {"Authorization"};
  const Reply made =
      stage.send("POST", "/destinations", forms::go(destination("d", "ibmce", params)));
  const std::string path = "/destinations/" + made.body["id"].get<std::string>();
  const Reply changed = stage.send("PATCH", path, forms::go({{"description", "x"}}));
  const Reply read = stage.call("GET", path);
  for (const Reply& reply : {made, changed, read}) {
    CHECK(reply.body.dump().find("canary") == std::string::npos);
    CHECK(reply.body["config"]["params"]["custom_headers"]["X-Kind"] == "open");
    CHECK(reply.body["config"]["params"]["custom_headers"].contains("Authorization"));
  }
  stage.set("en_sensitive_headers", "omitted");
  const Json headers = stage.call("GET", path).body["config"]["params"]["custom_headers"];
  CHECK(headers == Json{{"X-Kind", "open"}});
}

TEST_CASE("names are taken once for each kind") {
  Stage stage;
  const auto id = stage.subscribe("same", application());
  CHECK(stage.send("POST", "/destinations", forms::go(destination("same", "ibmce", application())))
            .status == 409);
  CHECK(stage.send("PATCH", "/destinations/" + id, forms::go({{"name", "same"}})).status == 200);
  CHECK(stage.send("PATCH", "/destinations/" + id, forms::go({{"name", "IBM Cloud SMS service"}}))
            .status == 409);
}

TEST_CASE("subscriptions are made, read, changed and deleted") {
  Stage stage;
  const auto destination_id = stage.subscribe("s", application());
  const Json item = stage.call("GET", "/subscriptions").body["subscriptions"][0];
  check_members(item, {"id", "name", "description", "destination_id", "destination_type",
                       "topic_id", "updated_at"});
  CHECK_FALSE(item.contains("attributes"));
  const std::string path = "/subscriptions/" + item["id"].get<std::string>();
  const Json one = stage.call("GET", path).body;
  check_members(one, {"destination_name", "topic_name", "attributes"});
  CHECK(one["destination_type"] == "ibmce");
  CHECK(stage.call("GET", "/destinations/" + destination_id).body["subscription_names"] ==
        Json{"s"});

  CHECK(stage.call("PATCH", path, {{"name", "u"}, {"description", "d"}}).body["name"] == "u");
  CHECK(stage.call("PATCH", path, {{"topic_id", "x"}}).status == 400);
  CHECK(stage.call("PATCH", path, {{"attributes", {{"signing_enabled", true}}}}).status == 400);
  CHECK(stage.call("DELETE", path).status == 204);
  CHECK(stage.call("GET", path).status == 404);
}

TEST_CASE("bad subscriptions are refused") {
  Stage stage;
  const auto destination_id = stage.subscribe("s", application());
  const Json topic_id = stage.call("GET", "/topics").body["topics"][0]["id"];
  const auto with = [&](const char* member, const Json& value) {
    Json body{{"name", "n"}, {"topic_id", topic_id}, {"destination_id", destination_id}};
    body[member] = value;
    return body;
  };
  const Json signing{{"signing_enabled", false}};
  const Refused cases[] = {
      {"long name", with("name", std::string(51, 'n')), "name must have 1 to 50"},
      {"empty name", with("name", ""), "name must have 1 to 50"},
      {"empty description", with("description", ""), "description must have 1 to 255"},
      {"unknown topic", with("topic_id", "x"), "no such topic"},
      {"unknown destination", with("destination_id", "x"), "no such destination"},
      {"signing for Code Engine", with("attributes", signing), "unknown member signing_enabled"},
      {"attributes are text", with("attributes", "x"), "attributes must be an object"},
      {"unknown member", with("surprise", 1), "unknown member surprise"}};
  for (const Refused& one : cases) {
    check_refused(stage.call("POST", "/subscriptions", one.body), one);
  }
  CHECK(stage.call("POST", "/subscriptions", with("name", "s")).status == 409);
  CHECK(stage.call("POST", "/subscriptions", with("name", std::string(50, 'n'))).status == 201);
}

TEST_CASE("a webhook's subscription tells its attributes") {
  Stage stage;
  stage.subscribe("w", {{"url", "https://a.example"}, {"verb", "post"}}, "", "webhook");
  const Json item = stage.call("GET", "/subscriptions").body["subscriptions"][0];
  const Json one = stage.call("GET", "/subscriptions/" + item["id"].get<std::string>()).body;
  check_members(one["attributes"], {"signing_enabled", "add_notification_payload"});
}

TEST_CASE("what is subscribed stays, unless the switch says that it goes with its subscriptions") {
  Stage stage;
  const std::string destination_path = "/destinations/" + stage.subscribe("s", application());
  const std::string topic_path =
      "/topics/" + stage.call("GET", "/topics").body["topics"][0]["id"].get<std::string>();
  CHECK(stage.call("DELETE", destination_path).status == 409);
  CHECK(stage.call("DELETE", topic_path).status == 409);
  stage.set("en_refuse_delete_in_use", false);
  CHECK(stage.call("DELETE", destination_path).status == 204);
  CHECK(stage.call("GET", "/subscriptions").body["total_count"] == 0);
  CHECK(stage.call("DELETE", topic_path).status == 204);
}

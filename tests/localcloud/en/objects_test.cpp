#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using stage::application;
using stage::error_code;
using stage::Json;
using stage::Reply;
using stage::Stage;

namespace {

Json rule(const std::string& event_type = "$.*", const std::string& notification = "") {
  return {
      {"enabled", true}, {"event_type_filter", event_type}, {"notification_filter", notification}};
}

Json topic(const std::string& name, const std::string& source_id, const Json& rules = {rule()}) {
  return {{"name", name},
          {"description", "d"},
          {"sources", Json::array({{{"id", source_id}, {"rules", rules}}})}};
}

forms::Fields destination(const std::string& name, const std::string& type, const Json& params) {
  return {{"name", name},
          {"type", type},
          {"collect_failed_events", "false"},
          {"config", Json{{"params", params}}.dump()}};
}

std::string encoded(std::string crn) {
  for (std::size_t at = 0; (at = crn.find('/', at)) != std::string::npos;)
    crn.replace(at, 1, "%2F");
  return crn;
}

void check_members(const Json& object, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    INFO(name << " in " << object.dump());
    CHECK(object.contains(name));
  }
}

class Nobody : public localcloud::Authority {
 public:
  std::optional<localcloud::Response> refuse(const localcloud::Request&) override {
    return localcloud::ibm_error(401, "unauthorized", "no", "t");
  }
};

}  // namespace

TEST_CASE("a caller without a token gets 401 before anything else") {
  Stage stage;
  Nobody nobody;
  stage.world.authority = &nobody;
  CHECK(stage.call("GET", "/sources").status == 401);
  CHECK(stage.call("GET", "/nothing").status == 401);
}

TEST_CASE("unknown instances and paths are 404, also the parts that are left out") {
  Stage stage;
  localcloud::Request request{.method = "GET",
                              .path = {"event-notifications", "v1", "instances", "x", "sources"}};
  CHECK(stage.notifications.handle(request).status == 404);
  for (const char* path : {"/templates", "/integrations", "/nothing"}) {
    INFO(path);
    CHECK(stage.call("GET", path).status == 404);
  }
  CHECK(stage.call("PUT", "/sources").status == 405);
}

TEST_CASE("a registered Secrets Manager instance is a source by its CRN") {
  Stage stage;
  const std::string crn = stage.world.seed.sm_crn();
  const Reply list = stage.call("GET", "/sources");
  REQUIRE(list.body["sources"].size() == 2);
  for (const Json& item : list.body["sources"]) {
    check_members(item,
                  {"id", "name", "description", "type", "enabled", "updated_at", "topic_count"});
  }
  CHECK(list.body["sources"][0]["type"] == "periodic-timer");
  CHECK(list.body["sources"][1]["id"] == crn);

  stage.notifications.register_source(crn, stage.world.seed.en_crn(), "renamed", "new");
  const Reply one = stage.call("GET", "/sources/" + encoded(crn));
  CHECK(one.status == 200);
  CHECK(one.body["name"] == "renamed");
  check_members(one.body, {"topic_count", "topic_names", "enabled", "updated_at"});
  CHECK(stage.call("DELETE", "/sources/" + encoded(crn)).status == 400);

  stage.notifications.unregister_source(crn);
  CHECK(stage.call("GET", "/sources/" + encoded(crn)).status == 404);
}

TEST_CASE("a registration needs a known instance and moves to another one") {
  Stage stage;
  const std::string other = "crn:v1:bluemix:public:event-notifications:eu-de:a/acct:other::";
  CHECK_FALSE(stage.notifications.register_source(stage.world.seed.sm_crn(), other, "n", ""));
  CHECK_FALSE(stage.notifications.register_source(stage.world.seed.sm_crn(), "nonsense", "n", ""));
  stage.notifications.add_instance(other);
  CHECK(stage.notifications.register_source(stage.world.seed.sm_crn(), other, "n", ""));
  CHECK(stage.call("GET", "/sources").body["total_count"] == 1);
}

TEST_CASE("API sources are made, changed and deleted") {
  Stage stage;
  const Reply made = stage.call("POST", "/sources", {{"name", "mine"}, {"description", "d"}});
  CHECK(made.status == 201);
  check_members(made.body, {"id", "name", "description", "enabled", "created_at"});
  const auto id = made.body["id"].get<std::string>();
  CHECK(id.substr(id.size() - 4) == ":api");
  CHECK(stage.call("POST", "/sources", {{"name", "mine"}, {"description", "d"}}).status == 409);
  CHECK(stage.call("POST", "/sources", {{"name", "x"}}).status == 400);
  const Reply changed = stage.call("PATCH", "/sources/" + id, {{"enabled", false}});
  CHECK(changed.body["enabled"] == false);
  CHECK(changed.body["name"] == "mine");
  CHECK(stage.call("DELETE", "/sources/" + id).status == 204);
  CHECK(stage.call("DELETE", "/sources/" + id).status == 404);
}

TEST_CASE("topics are made, read, replaced as a whole and deleted") {
  Stage stage;
  const std::string crn = stage.world.seed.sm_crn();
  const Reply made = stage.call("POST", "/topics", topic("t", crn));
  CHECK(made.status == 201);
  check_members(made.body, {"id", "name", "description", "created_at"});
  const std::string path = "/topics/" + made.body["id"].get<std::string>();

  const Json list = stage.call("GET", "/topics").body["topics"];
  check_members(list[0], {"id", "name", "description", "source_count", "sources_names",
                          "subscription_count"});
  CHECK(list[0]["sources_names"] == Json{"certificates"});

  const Reply one = stage.call("GET", path + "?include=subscriptions");
  check_members(one.body, {"id", "name", "description", "updated_at", "source_count", "sources",
                           "subscription_count", "subscriptions"});
  const Json source = one.body["sources"][0];
  CHECK(source["name"] == "certificates");
  check_members(source["rules"][0],
                {"id", "enabled", "updated_at", "event_type_filter", "notification_filter"});

  CHECK(stage.call("PUT", path, {{"name", "u"}}).body["source_count"] == 0);
  CHECK(stage.call("POST", "/topics", topic("u", crn)).status == 409);
  CHECK(stage.call("DELETE", path).status == 204);
  CHECK(stage.call("GET", path).status == 404);
}

TEST_CASE("a topic with a source that is not registered is refused as wrong_source_id") {
  Stage stage;
  stage.notifications.unregister_source(stage.world.seed.sm_crn());
  const Reply refused = stage.call("POST", "/topics", topic("t", stage.world.seed.sm_crn()));
  CHECK(refused.status == 400);
  CHECK(error_code(refused) == "wrong_source_id");
  CHECK(refused.body["errors"][0]["message"] == "Incorrect source id");
  CHECK(refused.body["status_code"] == 400);
}

TEST_CASE("bad topics are refused") {
  Stage stage;
  const std::string crn = stage.world.seed.sm_crn();
  const Json long_name = topic(std::string(256, 'n'), crn);
  const std::pair<const char*, Json> cases[] = {
      {"no name", {{"description", "d"}}},
      {"long name", long_name},
      {"control character", topic("a\nb", crn)},
      {"filter without end", topic("t", crn, {rule("$.*", "$.a == 'x")})},
      {"bad event type filter", topic("t", crn, {rule("type == x")})},
      {"short event type filter", topic("t", crn, {rule("$.")})},
      {"long event type filter", topic("t", crn, {rule("$.a == '" + std::string(250, 'x') + "'")})},
      {"filter is a number", topic("t", crn, {{{"event_type_filter", 1}}})},
      {"schedule", topic("t", crn, {{{"event_schedule_filter", {{"expression", "* * * * *"}}}}})},
      {"no rules", topic("t", crn, Json::array())},
      {"rules are text", topic("t", crn, "$.*")},
      {"rule is text", topic("t", crn, {"$.*"})}};
  for (const auto& [name, body] : cases) {
    INFO(name);
    CHECK(stage.call("POST", "/topics", body).status == 400);
  }
  CHECK(stage.call("GET", "/topics").body["total_count"] == 0);
}

TEST_CASE("the periodic timer takes a schedule instead of filters") {
  Stage stage;
  const Json timer = stage.call("GET", "/sources").body["sources"][0]["id"];
  const Json rules{{{"event_schedule_filter", {{"expression", "*/10 * * * *"}}}}};
  const Reply made = stage.call("POST", "/topics", topic("t", timer, rules));
  CHECK(made.status == 201);
  const auto id = made.body["id"].get<std::string>();
  const Json shown = stage.call("GET", "/topics/" + id).body["sources"][0]["rules"][0];
  CHECK(shown["event_schedule_filter"]["expression"] == "*/10 * * * *");
  CHECK(stage.call("POST", "/topics", topic("u", timer)).status == 400);
}

TEST_CASE("the narrow pattern of event type filters holds when it is switched on") {
  Stage stage;
  const Json wide = topic("t", stage.world.seed.sm_crn(), {rule("$.type =~ 'rotated'")});
  stage.set("en_event_type_pattern", true);
  CHECK(stage.call("POST", "/topics", wide).status == 400);
  stage.set("en_event_type_pattern", false);
  CHECK(stage.call("POST", "/topics", wide).status == 201);
}

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

TEST_CASE("bad destinations are refused") {
  struct Case {
    const char* name;
    std::string type;
    Json params;
  };
  const auto with = [](const char* member, const Json& value) {
    Json params = application();
    params[member] = value;
    return params;
  };
  const Case cases[] = {
      {"unknown type", "slack", {{"url", "https://a.example"}}},
      {"no params", "ibmce", Json()},
      {"plain http elsewhere", "ibmce", application("http://app.example/")},
      {"plain http to a private address", "ibmce", application("http://10.0.0.1/")},
      {"a name that begins like the loopback address", "ibmce",
       application("http://127.0.0.1.example/")},
      {"user information", "ibmce", application("https://u:p@a.example/")},
      {"no URL", "ibmce", {{"type", "application"}, {"verb", "post"}}},
      {"unknown verb", "ibmce", with("verb", "put")},
      {"no verb", "webhook", {{"url", "https://a.example"}}},
      {"unknown kind", "ibmce", with("type", "function")},
      {"job without a name", "ibmce", {{"type", "job"}, {"project_crn", "crn"}}},
      {"unknown param", "ibmce", with("surprise", 1)},
      {"header is a number", "ibmce", with("custom_headers", {{"A", 1}})},
      {"header with a line end", "ibmce", with("custom_headers", {{"A", "1\r\nB: 2"}})},
      {"header name with a blank", "ibmce", with("custom_headers", {{"A B", "1"}})},
      {"header that is the sender's", "ibmce", with("custom_headers", {{"Content-Length", "1"}})},
      {"sensitive header that is not there", "ibmce", with("sensitive_headers", {"A"})},
      {"webhook with a type", "webhook", application()}};
  Stage stage;
  for (const Case& one : cases) {
    INFO(one.name);
    const auto form = forms::go(destination("d", one.type, one.params));
    CHECK(stage.send("POST", "/destinations", form).status == 400);
  }
  CHECK(stage.call("POST", "/destinations", {{"name", "d"}, {"type", "ibmce"}}).status == 400);
  CHECK(stage.send("POST", "/destinations", forms::go({{"name", "d"}, {"icon", "x"}})).status ==
        400);
  CHECK(stage.send("POST", "/destinations", forms::go({{"config", "{"}})).status == 400);
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
  const std::pair<const char*, Json> cases[] = {
      {"long name", with("name", std::string(51, 'n'))},
      {"empty name", with("name", "")},
      {"empty description", with("description", "")},
      {"unknown topic", with("topic_id", "x")},
      {"unknown destination", with("destination_id", "x")},
      {"signing for Code Engine", with("attributes", {{"signing_enabled", false}})},
      {"attributes are text", with("attributes", "x")},
      {"unknown member", with("surprise", 1)}};
  for (const auto& [name, body] : cases) {
    INFO(name);
    CHECK(stage.call("POST", "/subscriptions", body).status == 400);
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

TEST_CASE("lists come in pages and the last page has no next") {
  Stage stage;
  for (int i = 0; i < 25; ++i) {
    const std::string number = std::to_string(i);
    stage.call("POST", "/topics", {{"name", "topic " + number}});
  }
  const Json first = stage.call("GET", "/topics").body;
  CHECK(first["total_count"] == 25);
  CHECK(first["limit"] == 10);
  CHECK(first["offset"] == 0);
  CHECK(first["topics"].size() == 10);
  CHECK_FALSE(first.contains("previous"));
  const std::string base = "http://127.0.0.1:1/en/event-notifications/v1/instances/" +
                           stage.world.seed.en_instance + "/topics?limit=";
  CHECK(first["first"]["href"] == base + "10&offset=0");
  CHECK(first["next"]["href"] == base + "10&offset=10");

  const Json last = stage.call("GET", "/topics?limit=20&offset=20").body;
  CHECK(last["topics"].size() == 5);
  CHECK_FALSE(last.contains("next"));
  CHECK(last["previous"]["href"] == base + "20&offset=0");
  CHECK(stage.call("GET", "/topics?offset=99").body["topics"].empty());

  const Json found = stage.call("GET", "/topics?search=PIC%202&limit=5").body;
  CHECK(found["total_count"] == 6);
  CHECK(found["next"]["href"] == base + "5&offset=5&search=PIC%202");
  for (const char* bad : {"limit=0", "limit=101", "limit=x", "offset=-1", "offset=1x"}) {
    INFO(bad);
    CHECK(stage.call("GET", std::string("/topics?") + bad).status == 400);
  }
}

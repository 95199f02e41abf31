#include "hack/localcloud/frame/url.h"
#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using localcloud::percent_encode;
using stage::check_members;
using stage::check_refused;
using stage::error_code;
using stage::Json;
using stage::Refused;
using stage::Reply;
using stage::Stage;

namespace {

Json rule(const std::string& event_type = "$.*", const std::string& notification = "") {
  return {
      {"enabled", true}, {"event_type_filter", event_type}, {"notification_filter", notification}};
}

Json topic(const std::string& name, const std::string& source_id,
           const Json& rules = Json::array({rule()})) {
  return {{"name", name},
          {"description", "d"},
          {"sources", Json::array({{{"id", source_id}, {"rules", rules}}})}};
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

TEST_CASE("unknown instances and paths are 404") {
  Stage stage;
  localcloud::Request request{.method = "GET",
                              .path = {"event-notifications", "v1", "instances", "x", "sources"}};
  CHECK(stage.notifications.handle(request).status == 404);
  for (const char* path : {"/metrics", "/nothing"}) {
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
  const Reply one = stage.call("GET", "/sources/" + percent_encode(crn));
  CHECK(one.status == 200);
  CHECK(one.body["name"] == "renamed");
  check_members(one.body, {"topic_count", "topic_names", "enabled", "updated_at"});
  CHECK(stage.call("DELETE", "/sources/" + percent_encode(crn)).status == 400);

  stage.notifications.unregister_source(crn);
  CHECK(stage.call("GET", "/sources/" + percent_encode(crn)).status == 404);
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
  const auto with_rule = [&](const Json& one) { return topic("t", crn, Json::array({one})); };
  const Json schedule{{"event_schedule_filter", {{"expression", "* * * * *"}}}};
  const Json number{{"event_type_filter", 1}};
  const std::string long_filter = "$.a == '" + std::string(250, 'x') + "'";
  const Refused cases[] = {
      {"no name", {{"description", "d"}}, "name is required"},
      {"long name", topic(std::string(256, 'n'), crn), "name must have 1 to 255"},
      {"control character", topic("a\nb", crn), "control characters"},
      {"filter without end", with_rule(rule("$.*", "$.a == 'x")), "the string does not end"},
      {"bad event type filter", with_rule(rule("type == x")), "$ expected at character 1"},
      {"short event type filter", with_rule(rule("$.")), "event_type_filter must have 3"},
      {"long event type filter", with_rule(rule(long_filter)), "event_type_filter must have 3"},
      {"filter is a number", with_rule(number), "event_type_filter must be a string"},
      {"schedule", with_rule(schedule), "for the periodic timer only"},
      {"no rules", topic("t", crn, Json::array()), "rules must be an array"},
      {"rules are text", topic("t", crn, "$.*"), "rules must be an array"},
      {"rule is text", with_rule("$.*"), "rules must be an array"}};
  for (const Refused& one : cases) check_refused(stage.call("POST", "/topics", one.body), one);
  CHECK(stage.call("GET", "/topics").body["total_count"] == 0);
}

TEST_CASE("lengths are in characters, not bytes") {
  Stage stage;
  const std::string crn = stage.world.seed.sm_crn();
  const auto name_of = [](int characters) {
    std::string name;
    for (int i = 0; i < characters; ++i) name += "\u00e4";
    return name;
  };
  CHECK(stage.call("POST", "/topics", topic(name_of(255), crn)).status == 201);
  CHECK(stage.call("POST", "/topics", topic(name_of(256), crn)).status == 400);
}

TEST_CASE("the periodic timer takes a schedule instead of filters") {
  Stage stage;
  const Json timer = stage.call("GET", "/sources").body["sources"][0]["id"];
  const Json schedule{{"event_schedule_filter", {{"expression", "*/10 * * * *"}}}};
  const Reply made = stage.call("POST", "/topics", topic("t", timer, Json::array({schedule})));
  CHECK(made.status == 201);
  const auto id = made.body["id"].get<std::string>();
  const Json shown = stage.call("GET", "/topics/" + id).body["sources"][0]["rules"][0];
  CHECK(shown["event_schedule_filter"]["expression"] == "*/10 * * * *");
  CHECK(stage.call("POST", "/topics", topic("u", timer)).status == 400);
}

TEST_CASE("the narrow pattern of event type filters holds when it is switched on") {
  Stage stage;
  const Json wide =
      topic("t", stage.world.seed.sm_crn(), Json::array({rule("$.type =~ 'rotated'")}));
  stage.set("en_event_type_pattern", true);
  CHECK(stage.call("POST", "/topics", wide).status == 400);
  stage.set("en_event_type_pattern", false);
  CHECK(stage.call("POST", "/topics", wide).status == 201);
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

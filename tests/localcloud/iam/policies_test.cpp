#include "tests/localcloud/iam/account.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

constexpr char kManager[] =
    "crn:v1:bluemix:public:event-notifications::::serviceRole:Event-Source-Manager";
constexpr char kWriter[] = "crn:v1:bluemix:public:iam::::serviceRole:Writer";

Json attribute(const std::string& key, const std::string& value) {
  return {{"key", key}, {"operator", "stringEquals"}, {"value", value}};
}

Json side(const Account& at, const std::string& service, const std::string& instance) {
  Json attributes =
      Json::array({attribute("accountId", at.seed.account), attribute("serviceName", service)});
  if (!instance.empty()) attributes.push_back(attribute("serviceInstance", instance));
  return {{"attributes", attributes}};
}

Json authorization(const Account& at, const std::string& source, const std::string& target,
                   const std::string& role = kManager) {
  return {{"type", "authorization"},
          {"description", "certloop"},
          {"control", {{"grant", {{"roles", Json::array({{{"role_id", role}}})}}}}},
          {"subject", side(at, "secrets-manager", source)},
          {"resource", side(at, "event-notifications", target)}};
}

Json version_1(const Json& policy) {
  const auto renamed = [](const Json& part) {
    Json attributes = Json::array();
    for (const Json& one : part.at("attributes")) {
      attributes.push_back({{"name", one.at("key")}, {"value", one.at("value")}});
    }
    return Json::array({{{"attributes", attributes}}});
  };
  return {{"type", policy.at("type")},
          {"roles", policy["control"]["grant"]["roles"]},
          {"subjects", renamed(policy.at("subject"))},
          {"resources", renamed(policy.at("resource"))}};
}

std::string all(const Account& at, const std::string& more = "") {
  return "/v2/policies?account_id=" + at.seed.account + more;
}

}  // namespace

TEST_CASE("both versions of the policy API are one store") {
  const Account at;
  const Answer made = at.iam.post("/v2/policies", authorization(at, "s1", "t1"));
  REQUIRE(made.status == 201);
  CHECK_FALSE(made.header("ETag").empty());
  CHECK(made.header("Transaction-Id").size() == 32);
  const std::string id = made.json()["id"];
  CHECK(made.json()["state"] == "active");
  CHECK(made.json()["href"] == at.iam.base_url() + "/v2/policies/" + id);
  const Json old = at.iam.get("/v1/policies/" + id).json();
  CHECK(old["roles"][0]["role_id"] == kManager);
  CHECK(old["roles"][0]["display_name"] == "Event Source Manager");
  CHECK(old["subjects"][0]["attributes"][2]["name"] == "serviceInstance");
  CHECK(old["resources"][0]["attributes"][2]["value"] == "t1");
  CHECK(at.iam.post("/v1/policies", version_1(authorization(at, "s1", "t1"))).status == 409);
  CHECK(at.iam.post("/v1/policies", version_1(authorization(at, "s2", "t1"))).status == 201);
  CHECK(at.iam.get(all(at)).json()["policies"].size() == 3);
}

TEST_CASE("a conflict shows the policy that is in the way") {
  const Account at;
  const Answer made = at.iam.post("/v2/policies", authorization(at, "s1", "t1"));
  const Answer refused = at.iam.post("/v2/policies", authorization(at, "s1", "t1"));
  CHECK(refused.status == 409);
  CHECK(at.error(refused)["code"] == "policy_conflict_error");
  const Json conflict = at.error(refused)["details"]["conflicts_with"];
  CHECK(conflict["etag"] == made.header("ETag"));
  CHECK(conflict["policy"]["id"] == made.json()["id"]);
}

TEST_CASE("switch iam_covered_policy_conflict: a broader policy is in the way as well") {
  const Account at;
  CHECK(at.iam.post("/v2/policies", authorization(at, "", "")).status == 201);
  CHECK(at.iam.post("/v2/policies", authorization(at, "s1", "t1")).status == 201);
  at.set("iam_covered_policy_conflict", true);
  CHECK(at.iam.post("/v2/policies", authorization(at, "s2", "t1")).status == 409);
}

TEST_CASE("policies that cannot be are refused") {
  const Account at;
  struct Case {
    const char* name;
    Json change;
    const char* code;
  };
  Json long_value = authorization(at, std::string(1001, 'x'), "t");
  Json unknown_operator = authorization(at, "s", "t");
  unknown_operator["subject"]["attributes"][0]["operator"] = "soundsLike";
  Json text_for_flag = authorization(at, "s", "t");
  text_for_flag["resource"]["attributes"][2]["operator"] = "stringExists";
  Json no_account = authorization(at, "s", "t");
  no_account["subject"]["attributes"].erase(0);
  Json no_source = authorization(at, "s", "t");
  no_source["subject"]["attributes"].erase(1);
  Json no_subject = authorization(at, "s", "t");
  no_subject.erase("subject");
  Json no_roles = authorization(at, "s", "t");
  no_roles["control"]["grant"]["roles"] = Json::array();
  Json other_type = authorization(at, "s", "t");
  other_type["type"] = "wish";
  const Case cases[] = {
      {"long value", long_value, "invalid_body"},
      {"operator", unknown_operator, "invalid_body"},
      {"stringExists with a text", text_for_flag, "invalid_body"},
      {"no accountId", no_account, "invalid_body"},
      {"no serviceName", no_source, "invalid_body"},
      {"no subject", no_subject, "invalid_body"},
      {"no roles", no_roles, "invalid_body"},
      {"type", other_type, "invalid_body"},
      {"role", authorization(at, "s", "t", "crn:v1:bluemix:public:iam::::serviceRole:King"),
       "role_not_found"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Answer answer = at.iam.post("/v2/policies", c.change);
    CHECK(answer.status == 400);
    CHECK(at.error(answer)["code"] == c.code);
  }
  CHECK(at.error(at.iam.get("/v2/policies"))["code"] == "missing_required_query_parameter");
  CHECK(at.error(Client(at.iam.base_url()).get(all(at)))["code"] == "invalid_token");
}

TEST_CASE("a policy is replaced, deleted and restored under its tag") {
  const Account at;
  const Answer made = at.iam.post("/v2/policies", authorization(at, "s1", "t1"));
  const std::string id = made.json()["id"];
  const std::string path = "/v2/policies/" + id;
  const Json next = authorization(at, "s2", "t1");
  CHECK(at.iam.put(path, next).status == 400);
  CHECK(at.iam.put(path, next, {{"If-Match", "1-x"}}).status == 412);
  const Answer changed = at.iam.put(path, next, {{"If-Match", made.header("ETag")}});
  REQUIRE(changed.status == 200);
  CHECK(changed.header("ETag") != made.header("ETag"));
  CHECK(at.iam.erase(path).status == 204);
  CHECK(at.iam.erase(path).status == 404);
  const Answer gone = at.iam.get(path);
  CHECK(gone.json()["state"] == "deleted");
  CHECK(at.iam.get(all(at, "&state=deleted")).json()["policies"].size() == 1);
  CHECK(at.iam.get(all(at)).json()["policies"].size() == 1);
  const Answer back = at.iam.patch("/v1/policies/" + id, {{"state", "active"}},
                                   {{"If-Match", gone.header("ETag")}});
  CHECK(back.status == 200);
  CHECK(at.iam.get(all(at)).json()["policies"].size() == 2);
}

TEST_CASE("policies are selected, sorted and paged") {
  const Account at;
  for (const char* source : {"s1", "s2", "s3"}) {
    REQUIRE(at.iam.post("/v2/policies", authorization(at, source, "t")).status == 201);
  }
  Json access = authorization(at, "", "t", kWriter);
  access["type"] = "access";
  access["subject"] = {{"attributes", Json::array({attribute("iam_id", "iam-Profile-x")})}};
  REQUIRE(at.iam.post("/v2/policies", access).status == 201);
  const auto count = [&](const std::string& query) {
    return at.iam.get(all(at, query)).json()["policies"].size();
  };
  CHECK(count("") == 5);
  CHECK(count("&type=authorization") == 4);
  CHECK(count("&iam_id=iam-Profile-x") == 1);
  CHECK(count("&service_name=codeengine") == 0);
  const Json sorted = at.iam.get(all(at, "&sort=-id")).json()["policies"];
  CHECK(sorted[0]["id"] > sorted[1]["id"]);
  const Json page = at.iam.get(all(at, "&limit=2")).json();
  CHECK(page["policies"].size() == 2);
  const std::string start = page["next"]["start"];
  const Json last = at.iam.get(all(at, "&limit=3&start=" + start)).json();
  CHECK(last["policies"].size() == 3);
  CHECK_FALSE(last.contains("next"));
  CHECK(at.iam.get("/v2/policies?account_id=other").json()["policies"].empty());
  at.set("iam_policy_page_size", 4);
  CHECK(count("") == 4);
}

TEST_CASE("roles are found by their names, and a misspelt service has none") {
  const Account at;
  const Json roles = at.iam
                         .get(
                             "/v2/roles?service_name=event-notifications&source_service_name="
                             "secrets-manager&policy_type=authorization&account_id=" +
                             at.seed.account)
                         .json();
  const auto crn = [&roles](const char* list, const std::string& name) -> std::string {
    for (const Json& role : roles.at(list)) {
      if (role.at("display_name") == name) return role.at("crn");
    }
    return {};
  };
  CHECK(crn("service_roles", "Event Source Manager") == kManager);
  CHECK(crn("service_roles", "Writer") == kWriter);
  CHECK(crn("system_roles", "Viewer") == "crn:v1:bluemix:public:iam::::role:Viewer");
  const Json none = at.iam.get("/v2/roles?service_name=event-notification").json();
  for (const char* list : {"custom_roles", "service_roles", "system_roles"}) {
    CHECK(none.at(list).empty());
  }
}

TEST_CASE("switch iam_event_source_manager_id: the end of that role's CRN") {
  const Account at;
  at.set("iam_event_source_manager_id", "EventSourceManager");
  CHECK(at.iam.post("/v2/policies", authorization(at, "s", "t")).status == 400);
  const std::string other =
      "crn:v1:bluemix:public:event-notifications::::serviceRole:EventSourceManager";
  CHECK(at.iam.post("/v2/policies", authorization(at, "s", "t", other)).status == 201);
}

TEST_CASE("Secrets Manager registers only while an authorization lets it") {
  const Account at;
  const Client sm = Client(at.names.at("LOCALCLOUD_SM_URL")).bearer(at.token);
  const std::string path = "/api/v2/notifications/registration";
  const Json body{{"event_notifications_instance_crn", at.seed.en_crn()},
                  {"event_notifications_source_name", "certificates"}};
  CHECK(sm.post(path, body).status == 201);
  const std::string seeded = at.iam.get(all(at)).json()["policies"][0]["id"];
  CHECK(at.iam.erase("/v2/policies/" + seeded).status == 204);
  CHECK(sm.post(path, body).status == 403);
  at.set("en_unauthorized_source_status", 400);
  CHECK(sm.post(path, body).status == 400);
  at.set("iam_policy_lag_ms", 60'000);
  const Answer made = at.iam.post("/v2/policies", authorization(at, "", at.seed.en_instance));
  REQUIRE(made.status == 201);
  CHECK(at.iam.get("/v2/policies/" + made.json()["id"].get<std::string>()).status == 404);
  CHECK(sm.post(path, body).status == 400);
  at.advance(61);
  CHECK(at.iam.get("/v2/policies/" + made.json()["id"].get<std::string>()).status == 200);
  CHECK(sm.post(path, body).status == 201);
}

#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

TEST_CASE("each region shows its own project only") {
  const SignedIn at;
  const Json a = at.region_a.get("/projects").json()["projects"];
  const Json b = at.region_b.get("/projects").json()["projects"];
  REQUIRE(a.size() == 1);
  REQUIRE(b.size() == 1);
  CHECK(a[0]["id"] == at.names.at("LOCALCLOUD_PROJECT_A"));
  CHECK(b[0]["id"] == at.names.at("LOCALCLOUD_PROJECT_B"));
  CHECK(at.region_b.get("/projects/" + at.names.at("LOCALCLOUD_PROJECT_A")).status == 404);
  CHECK(at.region_b.get("/projects/" + at.names.at("LOCALCLOUD_PROJECT_A") + "/secrets").status ==
        404);
}

TEST_CASE("a project is described as the SDKs expect it") {
  const SignedIn at;
  const std::string id = at.names.at("LOCALCLOUD_PROJECT_A");
  const Json project = at.region_a.get("/projects/" + id).json();
  CHECK(project["name"] == "shop");
  CHECK(project["region"] == "eu-de");
  CHECK(project["status"] == "active");
  CHECK(project["resource_type"] == "project_v2");
  CHECK(project["resource_group_id"].get<std::string>().size() == 32);
  CHECK(project["href"] == at.region_a.base_url() + "/projects/" + id);
  CHECK(project["crn"] ==
        "crn:v1:bluemix:public:codeengine:eu-de:a/0123456789abcdef0123456789abcdef:" + id + "::");
}

TEST_CASE("a new project is preparing, then active; calls wait for that") {
  const SignedIn at;
  at.set("ce_project_start_ms", 60'000);
  const Answer created = at.region_a.post("/projects", {{"name", "Größe 2: a_b.c-d"}});
  REQUIRE(created.status == 202);
  CHECK(created.json()["status"] == "preparing");
  const std::string path = "/projects/" + created.json()["id"].get<std::string>();
  const Answer early = at.region_a.get(path + "/secrets");
  CHECK(early.status == 400);
  CHECK(early.json()["errors"][0]["message"].get<std::string>().find("Project is not yet active") ==
        0);
  at.advance(61);
  CHECK(at.region_a.get(path).json()["status"] == "active");
  CHECK(at.region_a.get(path + "/secrets").json()["secrets"].empty());
}

TEST_CASE("a deleted project keeps its name for seven days") {
  const SignedIn at;
  const std::string path = "/projects/" + at.names.at("LOCALCLOUD_PROJECT_A");
  const Answer deleted = at.region_a.erase(path);
  CHECK(deleted.status == 202);
  CHECK(deleted.body.empty());
  CHECK(at.region_a.get(path).json()["status"] == "soft_deleted");
  CHECK(at.region_a.post("/projects", {{"name", "shop"}}).status == 409);
  at.set("token_life_seconds", 30 * 86'400);
  const auto client = cloud_client::Client(at.region_a.base_url())
                          .bearer(cloud_client::access_token(at.names.at("CERTLOOP_IAM_URL"),
                                                             at.names.at("CERTLOOP_API_KEY")));
  at.advance(7 * 86'400 + 1);
  CHECK(client.get(path).status == 404);
  CHECK(client.post("/projects", {{"name", "shop"}}).status == 202);
}

TEST_CASE("bad projects are refused") {
  const SignedIn at;
  struct Case {
    std::string name;
    Json body;
    int status;
  };
  const Case cases[] = {
      {"no name", Json::object(), 400},
      {"empty name", {{"name", ""}}, 400},
      {"slash in the name", {{"name", "a/b"}}, 400},
      {"long name", {{"name", std::string(129, 'a')}}, 400},
      {"short group", {{"name", "x"}, {"resource_group_id", "abc"}}, 400},
      {"group is a number", {{"name", "x"}, {"resource_group_id", 1}}, 400},
      {"taken name", {{"name", "shop"}}, 409},
      {"longest name", {{"name", std::string(128, 'a')}}, 202},
      {"unknown members", {{"name", "x"}, {"tags", Json::array({"a"})}, {"bogus", 1}}, 202},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(at.region_a.post("/projects", c.body).status == c.status);
  }
  CHECK(at.region_b.post("/projects", {{"name", "shop"}}).status == 202);
}

TEST_CASE("a region holds 20 projects") {
  const SignedIn at;
  for (int i = 1; i < 20; ++i) {
    CHECK(at.region_a.post("/projects", {{"name", "p" + std::to_string(i)}}).status == 202);
  }
  const Answer refused = at.region_a.post("/projects", {{"name", "p20"}});
  CHECK(refused.status == 403);
  CHECK(refused.json()["errors"][0]["code"] == "quota_exceeded");
  CHECK(at.region_b.post("/projects", {{"name", "p20"}}).status == 202);
  const Json page = at.region_a.get("/projects?limit=15").json();
  CHECK(page["projects"].size() == 15);
  const std::string start = page["next"]["start"];
  CHECK(at.region_a.get("/projects?limit=15&start=" + start).json()["projects"].size() == 5);
}

TEST_CASE("beside a start token, lists of projects ignore the limit") {
  const SignedIn at;
  for (int i = 0; i < 4; ++i) at.region_a.post("/projects", {{"name", "p" + std::to_string(i)}});
  const std::string start = at.region_a.get("/projects?limit=2").json()["next"]["start"];
  for (const std::string limit : {"", "&limit=1", "&limit=200", "&limit=x"}) {
    CAPTURE(limit);
    const Json page = at.region_a.get("/projects?start=" + start + limit).json();
    CHECK(page["projects"].size() == 2);
    CHECK(page["limit"] == 2);
    CHECK(page["next"]["start"] != start);
  }
}

TEST_CASE("errors carry more_info only if the switch says so") {
  const SignedIn at;
  const auto fault = [&at] { return at.region_a.get("/nothing").json()["errors"][0]; };
  CHECK_FALSE(fault().contains("more_info"));
  at.set("ce_error_more_info", true);
  CHECK(fault()["more_info"].is_string());
}

TEST_CASE("a method that a path does not have is refused in Code Engine's shape") {
  const SignedIn at;
  const Answer answer = at.project.patch("/secrets/x", Json::object());
  CHECK(answer.status == 405);
  CHECK(answer.json()["errors"][0]["code"] == "method_not_allowed");
  CHECK(answer.json()["trace"].get<std::string>().starts_with("codeengine-api-"));
  CHECK_FALSE(answer.header("Allow").empty());
}

TEST_CASE("the status of a project can be forced") {
  const SignedIn at;
  const std::string id = at.names.at("LOCALCLOUD_PROJECT_A");
  const std::string control = "/ce/projects/" + id;
  CHECK(at.control.post(control, {{"status", "inactive"}}).status == 200);
  CHECK(at.region_a.get("/projects/" + id).json()["status"] == "inactive");
  CHECK(at.project.get("/secrets").status == 400);
  at.set("ce_inactive_project_status", 409);
  CHECK(at.project.get("/secrets").status == 409);
  CHECK(at.control.post(control, {{"status", ""}}).json()["status"] == "active");
  CHECK(at.project.get("/secrets").status == 200);
  CHECK(at.control.post(control, {{"status", "asleep"}}).status == 400);
  CHECK(at.control.post("/ce/projects/none", {{"status", "active"}}).status == 404);
}

TEST_CASE("unknown paths and projects answer 404 in Code Engine's shape") {
  const SignedIn at;
  for (const std::string path : {"/projects/4e49b3e0-27a8-48d2-a784-000000000000", "/nothing",
                                 "/projects/4e49b3e0-27a8-48d2-a784-000000000000/secrets"}) {
    CAPTURE(path);
    const Answer answer = at.region_a.get(path);
    CHECK(answer.status == 404);
    const Json body = answer.json();
    CHECK(body["errors"] ==
          Json::array({{{"code", "resource_not_found"}, {"message", "Resource not found."}}}));
    CHECK(body["status_code"] == 404);
    const std::string trace = body["trace"];
    CHECK(trace.rfind("codeengine-api-", 0) == 0);
    CHECK(trace.size() == 15 + 32);
  }
  CHECK(at.region_a.patch("/projects/" + at.names.at("LOCALCLOUD_PROJECT_A"), Json::object())
            .status == 405);
}

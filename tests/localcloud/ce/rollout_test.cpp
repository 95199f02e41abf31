#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

constexpr int kNever = 3'600'000;

Json secret_variable(const std::string& secret) {
  return Json::array({{{"type", "secret_full_reference"}, {"reference", secret}}});
}

Json revision_names(const Works& at, const std::string& app) {
  Json names = Json::array();
  const Json page = at.project.get("/apps/" + app + "/revisions").json();
  for (const Json& revision : page["revisions"]) names.push_back(revision["name"]);
  return names;
}

Json reason_is(const Works& at, const std::string& path, const std::string& reason) {
  return settled(at.project, path, [&reason](const Json& document) {
    return document["status_details"].value("reason", "") == reason;
  });
}

}  // namespace

TEST_CASE("a new app is deploying until its revision is ready") {
  const Works at;
  at.set("ce_workload_start_ms", kNever);
  const Json early = at.app("shop").json();
  CHECK(early["status"] == "deploying");
  CHECK(early["status_details"] ==
        Json{{"reason", "deploying"}, {"latest_created_revision", "shop-00001"}});
  const Json loading = at.project.get("/apps/shop/revisions/shop-00001").json();
  CHECK(loading["status"] == "loading");
  CHECK(loading["status_details"]["actual_instances"] == 0);
  CHECK(at.project.get("/apps/shop/instances").json()["instances"].empty());

  at.set("ce_workload_start_ms", 0);
  at.app("fast");
  const Json app = at.ready_app("fast");
  CHECK(app["status"] == "ready");
  CHECK(app["status_details"] == Json{{"reason", "ready"},
                                      {"latest_created_revision", "fast-00001"},
                                      {"latest_ready_revision", "fast-00001"}});
}

TEST_CASE("a revision describes what runs, without an entity tag") {
  const Works at;
  at.app("shop", {{"image_port", 9090}, {"run_arguments", Json::array({"x"})}});
  at.ready_app("shop");
  const Answer answer = at.project.get("/apps/shop/revisions/shop-00001");
  const Json revision = answer.json();
  CHECK(answer.header("ETag").empty());
  CHECK_FALSE(revision.contains("entity_tag"));
  CHECK_FALSE(revision.contains("managed_domain_mappings"));
  CHECK(revision["app_name"] == "shop");
  CHECK(revision["image_port"] == 9090);
  CHECK(revision["run_arguments"] == Json::array({"x"}));
  CHECK(revision["resource_type"] == "app_revision_v2");
  CHECK(revision["status"] == "ready");
  CHECK(revision["status_details"] == Json{{"actual_instances", 1}, {"reason", "ready"}});
  CHECK(revision["href"] == at.project.base_url() + "/apps/shop/revisions/shop-00001");
  CHECK(revision["computed_env_variables"].size() == 6);
}

TEST_CASE("instances tell of their containers and go when the app is idle") {
  const Works at;
  at.app("shop", {{"scale_initial_instances", 3}, {"scale_min_instances", 1}});
  at.ready_app("shop");
  const Json page = at.project.get("/apps/shop/instances").json();
  REQUIRE(page["instances"].size() == 3);
  const Json instance = page["instances"][0];
  CHECK(instance["name"].get<std::string>().starts_with("shop-00001-deployment-"));
  CHECK(instance["app_name"] == "shop");
  CHECK(instance["revision_name"] == "shop-00001");
  CHECK(instance["resource_type"] == "app_instance_v2");
  CHECK(instance["scale_memory_limit"] == "4G");
  CHECK(instance["status"] == "running");
  CHECK(instance["status_details"]["restarts"] == 0);
  CHECK(instance["status_details"]["user_container"]["current_state"]["container_status"] ==
        "running");

  at.set("ce_idle_ms", 0);
  at.change("/apps/shop", {{"image_port", 1}});
  const Json idle = settled(at.project, "/apps/shop/instances", [](const Json& now) {
    return now["instances"].size() == 1 && now["instances"][0]["revision_name"] == "shop-00002";
  });
  CHECK(idle["instances"].size() == 1);
  CHECK(at.project.get("/apps/shop/instances/x").status == 404);
}

TEST_CASE("a change makes a revision; the newest inactive one is kept") {
  const Works at;
  at.app("shop");
  for (int port = 1; port <= 3; ++port) {
    at.ready_app("shop");
    REQUIRE(at.change("/apps/shop", {{"image_port", port}}).status == 200);
  }
  const Json app = at.ready_app("shop");
  CHECK(app["status_details"]["latest_ready_revision"] == "shop-00004");
  CHECK(revision_names(at, "shop") == Json::array({"shop-00003", "shop-00004"}));
  const Json inactive = at.project.get("/apps/shop/revisions/shop-00003").json();
  CHECK(inactive["status_details"]["actual_instances"] == 0);
}

TEST_CASE("a patch that changes nothing makes a revision only if the switch says so") {
  const Works at;
  at.app("shop");
  at.ready_app("shop");
  const auto created = [&at] {
    return at.change("/apps/shop", {{"image_port", 8080}})
        .json()["status_details"]["latest_created_revision"];
  };
  CHECK(created() == "shop-00001");
  at.set("ce_noop_patch_new_revision", true);
  CHECK(created() == "shop-00002");
}

TEST_CASE("an app whose image cannot run fails with the reason of its revision") {
  for (const std::string reason :
       {"image_pull_back_off", "fetch_image_failed_unknown_repository",
        "container_failed_exit_code_1", "initial_scale_never_achieved"}) {
    CAPTURE(reason);
    const Works at;
    at.set("ce_unregistered_image", reason);
    at.app("shop");
    const Json app = once(at.project, "/apps/shop", "failed");
    CHECK(app["status_details"]["reason"] == "no_revision_ready");
    CHECK_FALSE(app["status_details"].contains("latest_ready_revision"));
    const Json revision = at.project.get("/apps/shop/revisions/shop-00001").json();
    CHECK(revision["status"] == "failed");
    CHECK(revision["status_details"]["reason"] == reason);
  }
}

TEST_CASE("an app keeps its old revision when the new one fails") {
  const Works at;
  at.app("shop");
  at.ready_app("shop");
  at.set("ce_unregistered_image", "image_pull_back_off");
  at.change("/apps/shop", {{"image_port", 1}});
  const Json app = once(at.project, "/apps/shop", "warning");
  CHECK(app["status_details"] == Json{{"reason", "ready_but_latest_revision_failed"},
                                      {"latest_created_revision", "shop-00002"},
                                      {"latest_ready_revision", "shop-00001"}});
  CHECK(at.project.get("/apps/shop/revisions/shop-00001").json()["status_details"] ==
        Json{{"actual_instances", 1}, {"reason", "ready"}});
}

TEST_CASE("while a new revision starts, the app is deploying or still ready") {
  for (const std::string status : {"deploying", "ready"}) {
    CAPTURE(status);
    const Works at;
    at.app("shop");
    at.ready_app("shop");
    at.set("ce_workload_start_ms", kNever);
    at.set("ce_rollout_status", status);
    const Json app = at.change("/apps/shop", {{"image_port", 1}}).json();
    CHECK(app["status"] == status);
    CHECK(app["status_details"]["latest_ready_revision"] == "shop-00001");
    CHECK(app["status_details"]["latest_created_revision"] == "shop-00002");
  }
}

TEST_CASE("an app waits for the secret it refers to") {
  const Works at;
  REQUIRE(at.app("shop", {{"run_env_variables", secret_variable("late")}}).status == 201);
  const Json waiting = reason_is(at, "/apps/shop", "waiting_for_resources");
  CHECK(waiting["status"] == "deploying");
  CHECK(at.project.get("/apps/shop/revisions/shop-00001").json()["status_details"]["reason"] ==
        "deploying_waiting_for_resources");
  at.secret("late", "generic", {{"k", "v"}});
  CHECK(at.ready_app("shop")["status"] == "ready");
}

TEST_CASE("an app whose pull secret is missing fails until it is there") {
  const Works at;
  at.app("shop", {{"image_secret", "pull"}});
  once(at.project, "/apps/shop", "failed");
  CHECK(at.project.get("/apps/shop/revisions/shop-00001").json()["status_details"]["reason"] ==
        "fetch_image_failed_missing_pull_secret");
  at.secret("pull", "registry", {{"username", "u"}, {"password", "p"}, {"server", "s"}});
  CHECK(at.ready_app("shop")["status"] == "ready");
}

TEST_CASE("an app waits when the project has no room for its instances") {
  const Works at;
  const Json big = {{"scale_cpu_limit", "12"},
                    {"scale_memory_limit", "48G"},
                    {"scale_min_instances", 10},
                    {"scale_initial_instances", 10}};
  at.app("first", big);
  at.ready_app("first");
  at.app("second", big);
  CHECK(reason_is(at, "/apps/second", "waiting_for_resources")["status"] == "deploying");
  at.project.erase("/apps/first");
  CHECK(at.ready_app("second")["status"] == "ready");
}

TEST_CASE("revisions belong to their app and go with it") {
  const Works at;
  at.app("shop");
  at.app("other");
  at.ready_app("shop");
  at.ready_app("other");
  CHECK(at.project.get("/apps/other/revisions/shop-00001").status == 404);
  CHECK(at.project.erase("/apps/other/revisions/shop-00001").status == 404);
  CHECK(revision_names(at, "shop") == Json::array({"shop-00001"}));
  CHECK(at.project.post("/apps/shop/revisions", {{"name", "x"}}).status == 405);
  CHECK(at.project.erase("/apps/shop/revisions/shop-00001").status == 202);
  CHECK(at.project.get("/apps/shop").json()["status_details"]["reason"] == "no_revision_ready");
  CHECK(at.project.erase("/apps/other").status == 202);
  CHECK(at.project.get("/apps/other/revisions").status == 404);
  CHECK(at.project.get("/apps/other/instances").status == 404);
  at.app("other");
  CHECK(at.ready_app("other")["status_details"]["latest_ready_revision"] == "other-00001");
}

TEST_CASE("a control holds the status of a document") {
  const Works at;
  at.app("shop");
  at.ready_app("shop");
  const std::string path = "/ce/projects/" + at.names.at("LOCALCLOUD_PROJECT_A") + "/apps/shop";
  CHECK(at.control.post(path, {{"status", "failed"}, {"reason", "no_revision_ready"}}).status ==
        200);
  at.change("/apps/shop", {{"image_port", 1}});
  settled(at.project, "/apps/shop/revisions/shop-00002",
          [](const Json& revision) { return revision.value("status", "") == "ready"; });
  CHECK(at.project.get("/apps/shop").json()["status"] == "failed");
  CHECK(at.control.post(path, {{"status", ""}}).status == 200);
  at.change("/apps/shop", {{"image_port", 2}});
  CHECK(at.ready_app("shop")["status"] == "ready");
  CHECK(at.control.post(path, {{"status", "failed"}}).status == 400);
  CHECK(at.control.post(path + "x", {{"status", "failed"}, {"reason", "x"}}).status == 404);
}

#include <algorithm>

#include "tests/localcloud/run/stage.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

const Json kTenthOfProject = {{"scale_cpu_limit", "12"}, {"scale_memory_limit", "48G"}};

// How many apps and job runs of the project wait for room in it.
std::ptrdiff_t waiting(const Stage& at) {
  const Json apps = at.project.get("/apps").json()["apps"];
  const Json runs = at.project.get("/job_runs").json()["job_runs"];
  return std::count_if(apps.begin(), apps.end(),
                       [](const Json& app) {
                         return app["status_details"]["reason"] == "waiting_for_resources";
                       }) +
         std::count_if(runs.begin(), runs.end(),
                       [](const Json& run) { return run["status"] == "pending"; });
}

// The same once the processes of so many apps and runs have begun.
std::ptrdiff_t waiting_when_others_run(const Stage& at, std::size_t others) {
  const Json all =
      settled(at.control, "/logs", [&](const Json& now) { return now["logs"].size() >= others; });
  CHECK(all["logs"].size() == others);
  return waiting(at);
}

}  // namespace

TEST_CASE("an app of a registered image runs, and its documents tell of the process") {
  const Stage at;
  REQUIRE(at.app("shop").status == 201);
  CHECK(at.ready_app("shop")["status"] == "ready");
  CHECK(at.revision("shop-00001", "ready")["status_details"]["actual_instances"] == 1);
  const Json instance = at.instances("shop", 1).at(0);
  CHECK(instance["name"].get<std::string>().starts_with("shop-00001-deployment-"));
  CHECK(instance["status"] == "running");
  CHECK(instance["status_details"]["restarts"] == 0);
  const Json container = instance["status_details"]["user_container"];
  CHECK(container["current_state"]["container_status"] == "running");
  CHECK(container["current_state"]["started_at"].get<std::string>().size() == 20);
  CHECK(container["last_observed_state"] == Json::object());
  CHECK(at.visit("shop").body == instance["name"]);
}

TEST_CASE("the ingress is where the app's endpoint leads") {
  const Stage at;
  const Json app = at.app("shop").json();
  const std::string endpoint = app.at("endpoint");
  CHECK(cloud_client::call("GET", endpoint + "/env/CE_APP").body == "shop");
  CHECK(cloud_client::call("GET", endpoint).status == 200);
}

TEST_CASE("an instance finds the variables of Code Engine and of its app") {
  const Stage at;
  at.app("shop", Stage::variable("COLOUR", "blue"));
  const auto value = [&at](const std::string& name) {
    return at.visit("shop", "/env/" + name).body;
  };
  CHECK(value("COLOUR") == "blue");
  CHECK(value("K_SERVICE") == "shop");
  CHECK(value("K_CONFIGURATION") == "shop");
  CHECK(value("K_REVISION") == "shop-00001");
  CHECK(value("CE_PROJECT_ID") == at.names.at("LOCALCLOUD_PROJECT_A"));
  CHECK(value("HOSTNAME") == at.instances("shop", 1).at(0).at("name"));
  CHECK(std::stoi(value("PORT")) > 0);
}

TEST_CASE("instances of one app have ports of their own") {
  const Stage at;
  at.app("shop", {{"scale_min_instances", 2}, {"scale_concurrency", 1}});
  at.ready_app("shop");
  const auto answers = at.held_crowd("shop", 2, 2);
  CHECK(answers.at(0).status == 200);
  CHECK(answers.at(0).body != answers.at(1).body);
}

TEST_CASE("an app waits for the secret it refers to and then starts") {
  const Stage at;
  at.app("shop", Stage::secret_variables("late"));
  CHECK(at.revision("shop-00001", "deploying_waiting_for_resources")["status"] == "loading");
  CHECK(at.count("shop", "started") == 0);
  at.project.post("/secrets",
                  {{"name", "late"}, {"format", "generic"}, {"data", {{"WORD", "here"}}}});
  CHECK(at.ready_app("shop")["status"] == "ready");
  CHECK(at.visit("shop", "/env/WORD").body == "here");
}

TEST_CASE("an app without its pull secret fails until it is there") {
  const Stage at;
  at.app("shop", {{"image_secret", "pull"}});
  CHECK(at.revision("shop-00001", "fetch_image_failed_missing_pull_secret")["status"] == "failed");
  CHECK(at.visit("shop").status == 503);
  at.project.post("/secrets", {{"name", "pull"},
                               {"format", "registry"},
                               {"data", {{"username", "u"}, {"password", "p"}, {"server", "s"}}}});
  CHECK(at.ready_app("shop")["status"] == "ready");
  CHECK(at.visit("shop").status == 200);
}

TEST_CASE("an app waits until the project has room for its first instances") {
  const Stage at;
  at.fill_project(10);
  at.app("shop", kTenthOfProject);
  at.revision("shop-00001", "deploying_waiting_for_resources");
  CHECK(at.count("shop", "started") == 0);
  CHECK(at.project.erase("/apps/filler").status == 202);
  CHECK(at.ready_app("shop")["status"] == "ready");
}

TEST_CASE("an app that waits for room notices that a run has left some") {
  const Stage at;
  at.set("ce_job_run_ms", 300);
  Json run = {
      {"name", "all"}, {"image_reference", "icr.io/nobody/runs"}, {"scale_array_spec", "0-9"}};
  run.update(kTenthOfProject);
  REQUIRE(at.project.post("/job_runs", run).status == 202);
  once(at.project, "/job_runs/all", "running");
  at.app("shop", kTenthOfProject);
  CHECK(at.ready_app("shop")["status"] == "ready");
}

TEST_CASE("of two that wait for the same room one starts, and the other when there is more") {
  for (const std::string other : {"/apps", "/job_runs"}) {
    CAPTURE(other);
    const Stage at;
    at.fill_project(9, "most");
    at.fill_project(1, "rest");
    Json two = {{"name", "two"}, {"image_reference", "web"}};
    two.update(kTenthOfProject);
    REQUIRE(at.project.post(other, two).status < 300);
    at.app("one", kTenthOfProject);
    at.revision("one-00001", "deploying_waiting_for_resources");
    REQUIRE(waiting(at) == 2);
    at.project.erase("/apps/rest");
    CHECK(waiting_when_others_run(at, 1) == 1);
    at.project.erase("/apps/most");
    CHECK(waiting_when_others_run(at, 2) == 0);
  }
}

TEST_CASE("an app without first instances is ready at once and starts at the first request") {
  const Stage at;
  at.app("shop", {{"scale_initial_instances", 0}});
  CHECK(at.ready_app("shop")["status"] == "ready");
  CHECK(at.count("shop", "started") == 0);
  CHECK(at.visit("shop").status == 200);
  CHECK(at.count("shop", "started") == 1);
}

TEST_CASE("mounted secrets are files below the instance's root") {
  const Stage at;
  at.project.post("/secrets",
                  {{"name", "tls"}, {"format", "generic"}, {"data", {{"word", "open"}}}});
  at.app("shop", {{"run_volume_mounts", Json::array({{{"type", "secret"},
                                                      {"reference", "tls"},
                                                      {"mount_path", "/etc/words"},
                                                      {"name", "words"}}})}});
  CHECK(at.visit("shop", "/file/etc/words/word").body == "open");
}

TEST_CASE("a deleted app ends its processes and answers nobody") {
  const Stage at;
  at.app("shop");
  at.ready_app("shop");
  REQUIRE(at.visit("shop").status == 200);
  CHECK(at.project.erase("/apps/shop").status == 202);
  CHECK(at.visit("shop").status == 404);
  CHECK(at.count("shop", "SIGTERM", 1) == 1);
  REQUIRE(at.app("shop").status == 201);
  CHECK(at.ready_app("shop")["status_details"]["latest_ready_revision"] == "shop-00001");
  CHECK(at.visit("shop").status == 200);
}

TEST_CASE("a deleted project ends the processes of its apps") {
  const Stage at;
  at.app("shop");
  const pid_t process = std::stoi(at.visit("shop", "/pid").body);
  REQUIRE(::kill(process, 0) == 0);
  CHECK(at.project.erase("").status == 202);
  CHECK(gone(process));
  CHECK(at.visit("shop").status == 404);
}

TEST_CASE("a cloud that ends takes its processes with it") {
  pid_t process = 0;
  {
    const Stage at;
    at.app("shop");
    process = std::stoi(at.visit("shop", "/pid").body);
    REQUIRE(::kill(process, 0) == 0);
  }
  CHECK(gone(process));
}

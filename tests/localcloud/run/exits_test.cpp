#include "tests/localcloud/run/stage.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

// The app's one instance, once it has been restarted so often.
Json restarted(const Stage& at, const std::string& app, int restarts) {
  const Json page = settled(at.project, "/apps/" + app + "/instances", [&](const Json& now) {
    return now["instances"].size() == 1 &&
           now["instances"][0]["status_details"]["restarts"] >= restarts;
  });
  return page["instances"].at(0);
}

}  // namespace

TEST_CASE("an instance that exits is started again, and its document says why") {
  struct Case {
    int code;
    std::string reason;
  };
  for (const Case& one : {Case{3, "Error"}, Case{0, "Completed"}, Case{137, "OOMKilled"}}) {
    CAPTURE(one.code);
    const Stage at;
    at.app("shop");
    const std::string name = at.visit("shop").body;
    at.visit("shop", "/exit/" + std::to_string(one.code));
    CHECK(at.visit("shop").body == name);
    const Json instance = restarted(at, "shop", 1);
    CHECK(instance["status"] == "running");
    CHECK(instance["status_details"]["restarts"] == 1);
    const Json last = instance["status_details"]["user_container"]["last_observed_state"];
    CHECK(last["container_status"] == "terminated");
    CHECK(last["exit_code"] == one.code);
    CHECK(last["reason"] == one.reason);
    CHECK(last["started_at"].get<std::string>().size() == 20);
    CHECK(last["completed_at"].get<std::string>().size() == 20);
  }
}

TEST_CASE("a restart waits longer each time") {
  const Stage at;
  at.set("ce_restart_first_ms", 100);
  const auto start = std::chrono::steady_clock::now();
  at.app("shop", Stage::variable("EXIT_AT_START", "1"));
  REQUIRE(at.count("shop", "started", 4) == 4);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(100 + 200 + 400));
}

TEST_CASE("a restarted instance finds what its secrets hold then") {
  const Stage at;
  at.project.post("/secrets",
                  {{"name", "words"}, {"format", "generic"}, {"data", {{"WORD", "old"}}}});
  at.app("shop", Stage::secret_variables("words"));
  REQUIRE(at.visit("shop", "/env/WORD").body == "old");
  at.project.put("/secrets/words", {{"format", "generic"}, {"data", {{"WORD", "new"}}}},
                 {{"If-Match", "*"}});
  CHECK(at.visit("shop", "/env/WORD").body == "old");
  at.visit("shop", "/exit/1");
  CHECK(at.visit("shop", "/env/WORD").body == "new");
}

TEST_CASE("a revision whose first instances exit fails with their code, where it has a name") {
  struct Case {
    std::string code;
    std::string reason;
  };
  for (const Case& one : {Case{"0", "container_failed_exit_code_0"},
                          {"1", "container_failed_exit_code_1"},
                          {"24", "container_failed_exit_code_24"},
                          {"139", "container_failed_exit_code_139"},
                          {"7", "initial_scale_never_achieved"}}) {
    CAPTURE(one.code);
    const Stage at;
    at.set("ce_restart_first_ms", 60'000);
    at.app("shop", Stage::variable("EXIT_AT_START", one.code));
    CHECK(at.revision("shop-00001", one.reason)["status"] == "failed");
    CHECK(once(at.project, "/apps/shop", "failed")["status_details"]["reason"] ==
          "no_revision_ready");
    CHECK(at.visit("shop").status == 503);
  }
}

TEST_CASE("a revision that exits at first becomes ready when it does not any more") {
  const Stage at;
  at.app("shop", {{"image_reference", "second-try"}});
  CHECK(at.ready_app("shop")["status"] == "ready");
  CHECK(restarted(at, "shop", 1)["status_details"]["restarts"] == 1);
}

TEST_CASE("a revision that is not ready by the deadline fails, and its processes end") {
  const Stage at;
  // Until it leaves this machine the time to begin a process at all.
  for (int deadline = 200; at.count("shop", "started") == 0 && deadline < 10'000; deadline *= 2) {
    at.project.erase("/apps/shop");
    at.set("ce_progress_deadline_ms", deadline);
    at.app("shop", Stage::variable("START_MS", "60000"));
    CHECK(at.revision("shop-00001", "initial_scale_never_achieved")["status"] == "failed");
  }
  CHECK(at.count("shop", "started") == 1);
  CHECK(at.instances("shop", 0).empty());
  // What anybody writes in the project does not wake it: only a new revision can do better.
  at.project.post("/config_maps", {{"name", "unrelated"}});
  at.set("ce_progress_deadline_ms", 600'000);
  at.change("shop", Stage::variable("START_MS", "0"));
  CHECK(at.ready_app("shop")["status_details"]["latest_ready_revision"] == "shop-00002");
  CHECK(at.count("shop", "started") == 2);
}

TEST_CASE("a failed new revision leaves the old one serving") {
  const Stage at;
  at.app("shop");
  at.ready_app("shop");
  at.change("shop", Stage::variable("EXIT_AT_START", "1"));
  const Json app = once(at.project, "/apps/shop", "warning");
  CHECK(app["status_details"] == Json{{"reason", "ready_but_latest_revision_failed"},
                                      {"latest_created_revision", "shop-00002"},
                                      {"latest_ready_revision", "shop-00001"}});
  CHECK(at.visit("shop", "/env/K_REVISION").body == "shop-00001");
}

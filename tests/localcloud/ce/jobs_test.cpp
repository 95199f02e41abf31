#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

constexpr int kNever = 3'600'000;

Answer job(const Works& at, const std::string& name, Json more = Json::object()) {
  more.update({{"name", name}, {"image_reference", "icr.io/shop/batch"}});
  return at.project.post("/jobs", more);
}

Answer run(const Works& at, const Json& body) {
  return at.project.post("/job_runs", body);
}

Json finished(const Works& at, const std::string& name) {
  return settled(at.project, "/job_runs/" + name, [](const Json& document) {
    return document["status"] == "completed" || document["status"] == "failed";
  });
}

}  // namespace

TEST_CASE("a job gets every default the service fills in, and has no status") {
  const Works at;
  const Answer created = job(at, "batch");
  REQUIRE(created.status == 201);
  const Json document = created.json();
  const Json defaults = {{"run_mode", "task"},
                         {"run_arguments", Json::array()},
                         {"run_commands", Json::array()},
                         {"run_env_variables", Json::array()},
                         {"run_volume_mounts", Json::array()},
                         {"run_service_account", "default"},
                         {"scale_array_spec", "0"},
                         {"scale_cpu_limit", "1"},
                         {"scale_memory_limit", "4G"},
                         {"scale_ephemeral_storage_limit", "400M"},
                         {"scale_max_execution_time", 7200},
                         {"scale_retry_limit", 3},
                         {"resource_type", "job_v2"}};
  for (const auto& [name, value] : defaults.items()) {
    CAPTURE(name);
    CHECK(document.value(name, Json()) == value);
  }
  CHECK(document["computed_env_variables"].size() == 3);
  CHECK_FALSE(document.contains("status"));
  CHECK(created.header("ETag") == document["entity_tag"]);
}

TEST_CASE("members of a job are checked") {
  struct Case {
    std::string what;
    Json members;
    int status;
  };
  const Json big = std::string(11'000, 'x');
  const Case cases[] = {
      {"array", {{"scale_array_spec", "5,12-14"}}, 201},
      {"1000 indices", {{"scale_array_spec", "1-1000"}}, 201},
      {"1001 indices", {{"scale_array_spec", "0-1000"}}, 400},
      {"index beyond the last", {{"scale_array_spec", "10000000"}}, 400},
      {"range backwards", {{"scale_array_spec", "3-1"}}, 400},
      {"empty array", {{"scale_array_spec", ""}}, 400},
      {"array as a number", {{"scale_array_spec", 1}}, 400},
      {"retries 5", {{"scale_retry_limit", 5}}, 201},
      {"retries 6", {{"scale_retry_limit", 6}}, 400},
      {"time 86400", {{"scale_max_execution_time", 86'400}}, 201},
      {"time 86401", {{"scale_max_execution_time", 86'401}}, 400},
      {"daemon", {{"run_mode", "daemon"}}, 201},
      {"daemon with retries", {{"run_mode", "daemon"}, {"scale_retry_limit", 1}}, 400},
      {"unknown mode", {{"run_mode", "cron"}}, 400},
      {"11 KiB", {{"run_arguments", Json::array({big})}}, 400},
      {"name with a dot", {{"name", "a.b"}}, 400},
  };
  const Works at;
  int number = 0;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Json body = {{"name", "j" + std::to_string(number++)}, {"image_reference", "x"}};
    body.merge_patch(c.members);
    CHECK(at.project.post("/jobs", body).status == c.status);
  }
}

TEST_CASE("a job turns into a daemon and back") {
  const Works at;
  job(at, "batch", {{"scale_retry_limit", 1}});
  const Json daemon = at.change("/jobs/batch", {{"run_mode", "daemon"}}).json();
  CHECK_FALSE(daemon.contains("scale_retry_limit"));
  CHECK_FALSE(daemon.contains("scale_max_execution_time"));
  const Json task = at.change("/jobs/batch", {{"run_mode", "task"}}).json();
  CHECK(task["scale_retry_limit"] == 3);
  CHECK(task["scale_max_execution_time"] == 7200);
}

TEST_CASE("a run inherits from its job and completes") {
  const Works at;
  job(at, "batch",
      {{"scale_array_spec", "1-2,5"},
       {"run_arguments", Json::array({"a"})},
       {"run_service_account", "reader"}});
  const Answer started =
      run(at, {{"name", "now"}, {"job_name", "batch"}, {"scale_retry_limit", 0}});
  REQUIRE(started.status == 202);
  CHECK(started.json()["status"] == "pending");
  CHECK(started.json()["status_details"]["pending_indices"] == "1-2,5");
  const Json done = finished(at, "now");
  CHECK(done["status"] == "completed");
  CHECK(done["job_name"] == "batch");
  CHECK(done["image_reference"] == "icr.io/shop/batch");
  CHECK(done["run_arguments"] == Json::array({"a"}));
  CHECK(done["run_service_account"] == "reader");
  CHECK(done["scale_retry_limit"] == 0);
  CHECK(done["resource_type"] == "job_run_v2");
  CHECK_FALSE(done.contains("entity_tag"));
  const Json details = done["status_details"];
  CHECK(details["requested"] == 3);
  CHECK(details["succeeded"] == 3);
  CHECK(details["running"] == 0);
  CHECK(details["succeeded_indices"] == "1-2,5");
  CHECK(details["pending_indices"] == "");
  CHECK(details["indices_details"].size() == 3);
  CHECK(details["indices_details"]["5"]["status"] == "succeeded");
  CHECK(details["indices_details"]["5"]["retries"] == 0);
  CHECK(details.contains("start_time"));
  CHECK(details.contains("completion_time"));
}

TEST_CASE("a run needs a job or an image, and not what belongs to the job") {
  const Works at;
  job(at, "batch");
  CHECK(run(at, Json::object()).status == 400);
  CHECK(run(at, {{"image_reference", "x"}}).status == 202);
  CHECK(run(at, {{"job_name", "none"}}).status == 404);
  CHECK(run(at, {{"job_name", "batch"}, {"image_secret", "s"}}).status == 400);
  CHECK(run(at, {{"job_name", "batch"}, {"run_service_account", "none"}}).status == 400);
  const Answer named = run(at, {{"job_name", "batch"}, {"scale_array_size_variable_override", 9}});
  CHECK(named.json()["name"].get<std::string>().starts_with("batch-jobrun-"));
  CHECK(named.json()["scale_array_size_variable_override"] == 9);
  CHECK(run(at, {{"image_reference", "x"}, {"name", "a"}}).status == 202);
  CHECK(run(at, {{"image_reference", "x"}, {"name", "a"}}).status == 409);
}

TEST_CASE("a run fails as the switch says, and says why") {
  const Works at;
  at.set("ce_unregistered_image", "container_failed_exit_code_1");
  run(at, {{"image_reference", "x"}, {"name", "a"}, {"scale_array_spec", "0-1"}});
  const Json failed = finished(at, "a");
  CHECK(failed["status"] == "failed");
  CHECK(failed["status_details"]["failed_indices"] == "0-1");
  const Json index = failed["status_details"]["indices_details"]["1"];
  CHECK(index["last_failure_reason"] == "ContainerExitedCode1");
  CHECK(index["retries"] == 3);
  at.set("ce_unregistered_image", "image_pull_back_off");
  run(at, {{"image_reference", "x"}, {"name", "b"}});
  CHECK(finished(at, "b")["status_details"]["indices_details"]["0"]["last_failure_reason"] ==
        "ImagePullBackOff");
}

TEST_CASE("a run that takes longer than it may fails") {
  const Works at;
  at.set("ce_job_run_ms", 1001);
  run(at, {{"image_reference", "x"}, {"name", "a"}, {"scale_max_execution_time", 1}});
  const Json late = finished(at, "a");
  CHECK(late["status"] == "failed");
  CHECK(late["status_details"]["indices_details"]["0"]["last_failure_reason"] ==
        "DeadlineExceeded");
}

TEST_CASE("a daemon runs until it is deleted") {
  const Works at;
  run(at, {{"image_reference", "x"}, {"name", "d"}, {"run_mode", "daemon"}});
  CHECK(once(at.project, "/job_runs/d", "running")["status_details"]["running"] == 1);
  CHECK(at.project.erase("/job_runs/d").status == 202);
  CHECK(at.project.get("/job_runs/d").status == 404);
}

TEST_CASE("a run waits for the secret it refers to") {
  const Works at;
  run(at, {{"image_reference", "x"},
           {"name", "a"},
           {"run_volume_mounts",
            Json::array({{{"type", "secret"}, {"reference", "late"}, {"mount_path", "/s"}}})}});
  CHECK(at.project.get("/job_runs/a").json()["status"] == "pending");
  at.secret("late", "generic", {{"k", "v"}});
  CHECK(finished(at, "a")["status"] == "completed");
}

TEST_CASE("an array that is too large for the project runs in parts") {
  const Works at;
  run(at, {{"image_reference", "x"}, {"name", "a"}, {"scale_array_spec", "0-299"}});
  const Json done = finished(at, "a");
  CHECK(done["status"] == "completed");
  CHECK(done["status_details"]["succeeded"] == 300);
}

TEST_CASE("runs are listed by their job") {
  const Works at;
  job(at, "a");
  job(at, "b");
  run(at, {{"job_name", "a"}, {"name", "a1"}});
  run(at, {{"job_name", "a"}, {"name", "a2"}});
  run(at, {{"job_name", "b"}, {"name", "b1"}});
  const Json page = at.project.get("/job_runs?job_name=a&limit=1").json();
  CHECK(page["job_runs"].size() == 1);
  CHECK(page["next"]["href"].get<std::string>().find("job_name=a") != std::string::npos);
  CHECK(at.project.get("/job_runs?job_name=b").json()["job_runs"].size() == 1);
  CHECK(at.project.get("/job_runs").json()["job_runs"].size() == 3);
  CHECK(at.project.get("/job_runs?job_name=A").status == 400);
}

TEST_CASE("a finished run vanishes after a week, an unfinished one does not") {
  const Works at;
  run(at, {{"image_reference", "x"}, {"name", "done"}});
  finished(at, "done");
  at.set("ce_job_run_ms", kNever);
  run(at, {{"image_reference", "x"}, {"name", "busy"}});
  at.set("token_life_seconds", 30 * 86'400);
  const auto later = cloud_client::Client(at.project.base_url())
                         .bearer(cloud_client::access_token(at.names.at("CERTLOOP_IAM_URL"),
                                                            at.names.at("CERTLOOP_API_KEY")));
  at.advance(7 * 86'400 - 60);
  CHECK(later.get("/job_runs/done").status == 200);
  at.advance(120);
  CHECK(later.get("/job_runs/done").status == 404);
  CHECK(later.get("/job_runs/busy").status == 200);
}

TEST_CASE("a project has 100 job runs") {
  const Works at;
  for (int i = 0; i < 100; ++i) REQUIRE(run(at, {{"image_reference", "x"}}).status == 202);
  CHECK(run(at, {{"image_reference", "x"}}).status == 403);
}

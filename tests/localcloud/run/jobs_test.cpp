#include <algorithm>
#include <csignal>

#include "tests/localcloud/run/workshop.h"
#include "tests/support/catch.h"

using cloud_client::Json;

namespace {

constexpr int kNever = 600'000;

Json index_of(const Json& run, int number) {
  return run.at("status_details").at("indices_details").at(std::to_string(number));
}

bool running(const Json& index) {
  return index.at("status") == "running";
}

// Whether the process is there; a number that is none is of no process.
bool lives(const std::string& pid) {
  return ::kill(std::stoi(pid), 0) == 0;
}

}  // namespace

TEST_CASE("of five indices one fails once: it is tried again and the run completes") {
  const Workshop at;
  const std::string script =
      "echo $HOSTNAME; test $JOB_INDEX != 3 || test $JOB_INDEX_RETRY_COUNT = 1";
  REQUIRE(at.run("five", script, {{"scale_array_spec", "0-4"}}).status == 202);
  const Json done = at.finished("five");
  CHECK(done["status"] == "completed");
  const Json details = done["status_details"];
  CHECK(details["requested"] == 5);
  CHECK(details["succeeded"] == 5);
  CHECK(details["succeeded_indices"] == "0-4");
  CHECK(details.contains("completion_time"));
  for (int index = 0; index < 5; ++index) {
    CAPTURE(index);
    const Json one = index_of(done, index);
    CHECK(one["status"] == "succeeded");
    CHECK(one["retries"] == (index == 3 ? 1 : 0));
    CHECK(one.contains("started_at"));
    CHECK(one.contains("finished_at"));
    CHECK(one.contains("last_failure_reason") == (index == 3));
  }
  CHECK(index_of(done, 3)["last_failure_reason"] == "ContainerExitedCode1");
  std::vector<std::string> lines = at.printed("five");
  std::sort(lines.begin(), lines.end());
  const std::vector<std::string> expected = {"five-0-0 five-0-0", "five-1-0 five-1-0",
                                             "five-2-0 five-2-0", "five-3-0 five-3-0",
                                             "five-3-1 five-3-1", "five-4-0 five-4-0"};
  CHECK(lines == expected);
}

TEST_CASE("an index sees its number, the array, its tries and its mode") {
  const Workshop at;
  const std::string script =
      "echo $JOB_INDEX of $JOB_ARRAY_SIZE, try $JOB_INDEX_RETRY_COUNT of ${JOB_RETRY_LIMIT-none}, "
      "$JOB_MODE, $CE_JOB $CE_JOBRUN";
  at.run("task", script, {{"scale_array_spec", "7,9"}, {"scale_retry_limit", 2}});
  CHECK(at.prints("task", "task-9-0 9 of 2, try 0 of 2, task, task"));
  at.run("wide", script, {{"scale_array_size_variable_override", 40}, {"scale_retry_limit", 0}});
  CHECK(at.prints("wide", "wide-0-0 0 of 40, try 0 of 0, task, wide"));
  at.run("daemon", script, {{"run_mode", "daemon"}});
  CHECK(at.prints("daemon", "daemon-0-0 0 of 1, try 0 of none, daemon, daemon"));
  Json job = {{"name", "batch"},
              {"image_reference", "icr.io/shop/batch"},
              {"run_arguments", Json::array({script})}};
  REQUIRE(at.project.post("/jobs", job).status == 201);
  at.project.post("/job_runs", {{"name", "of-job"}, {"job_name", "batch"}});
  CHECK(at.prints("of-job", "of-job-0-0 0 of 1, try 0 of 3, task, batch of-job"));
}

TEST_CASE("a task that goes on failing is failed after its last try, and says why") {
  struct Case {
    std::string name;
    std::string script;
    std::string reason;
  };
  const Case cases[] = {{"code", "exit 24", "ContainerExitedCode24"},
                        {"unknown", "exec /no/such/program", "ContainerExitedCode127"},
                        {"signal", "kill -SEGV $$", "ContainerExitedCode139"},
                        {"killed", "kill -KILL $$", "OOMKilled"}};
  const Workshop at;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    at.run(c.name, c.script, {{"scale_retry_limit", 2}});
    const Json failed = at.finished(c.name);
    CHECK(failed["status"] == "failed");
    CHECK(failed["status_details"]["failed_indices"] == "0");
    CHECK(index_of(failed, 0)["retries"] == 2);
    CHECK(index_of(failed, 0)["last_failure_reason"] == c.reason);
  }
  at.set("ce_killed_reason", "ContainerExitedCode137");
  at.run("again", "kill -KILL $$", {{"scale_retry_limit", 0}});
  CHECK(index_of(at.finished("again"), 0)["last_failure_reason"] == "ContainerExitedCode137");
}

TEST_CASE("one failed index fails the run, and the others end all the same") {
  const Workshop at;
  at.run("mixed", "exit $JOB_INDEX", {{"scale_array_spec", "0-2"}, {"scale_retry_limit", 0}});
  const Json failed = at.finished("mixed");
  CHECK(failed["status"] == "failed");
  CHECK(failed["status_details"]["succeeded_indices"] == "0");
  CHECK(failed["status_details"]["failed_indices"] == "1-2");
}

TEST_CASE("the status tells each step of an index") {
  const Workshop at;
  at.run("slow",
         std::string("if test $JOB_INDEX_RETRY_COUNT = 0; then ") + Workshop::kWait +
             "exit 1; fi; while test -e $GATE; do sleep 0.01; done",
         {{"scale_array_spec", "4"}});
  const Json first = at.index("slow", 4, running);
  CHECK(first["retries"] == 0);
  CHECK(first.contains("started_at"));
  CHECK_FALSE(first.contains("finished_at"));
  const Json run = at.project.get("/job_runs/slow").json();
  CHECK(run["status"] == "running");
  CHECK(run["status_details"]["running_indices"] == "4");
  CHECK(run["status_details"].contains("start_time"));
  CHECK_FALSE(run["status_details"].contains("completion_time"));
  at.open_gate();
  const Json second = at.index("slow", 4, [](const Json& one) { return one.at("retries") == 1; });
  CHECK(second["status"] == "running");
  CHECK(second["started_at"] == first["started_at"]);
  CHECK(second["last_failure_reason"] == "ContainerExitedCode1");
  at.close_gate();
  CHECK(at.finished("slow")["status"] == "completed");
}

TEST_CASE("a task has its execution time for all tries together") {
  const Workshop at;
  at.set("ce_seconds_ms", 50);
  const Json limit = {{"scale_max_execution_time", 1}, {"scale_retry_limit", 5}};
  at.run("obeys", "exec sleep 600", limit);
  at.run("ends-well", "trap 'exit 0' TERM; while :; do sleep 0.01; done", limit);
  for (const char* name : {"obeys", "ends-well"}) {
    CAPTURE(name);
    const Json late = at.finished(name);
    CHECK(late["status"] == "failed");
    CHECK(index_of(late, 0)["last_failure_reason"] == "DeadlineExceeded");
    CHECK(index_of(late, 0)["retries"] == 0);
  }
  at.set("ce_job_grace_ms", 20);
  at.run("ignores", "trap '' TERM; while :; do sleep 0.01; done", limit);
  CHECK(index_of(at.finished("ignores"), 0)["last_failure_reason"] == "DeadlineExceeded");
  at.set("ce_job_retry_ms", kNever);
  at.run("between-tries", "exit 1", {{"scale_max_execution_time", 40}});
  const Json between = index_of(at.finished("between-tries"), 0);
  CHECK(between["last_failure_reason"] == "DeadlineExceeded");
  CHECK(between["retries"] == 1);
}

TEST_CASE("a daemon starts again after each failure, has no time limit, and ends with a success") {
  const Workshop at;
  at.set("ce_seconds_ms", 1);
  at.run("daemon", std::string(Workshop::kWait) + "test $JOB_INDEX_RETRY_COUNT -ge 8",
         {{"run_mode", "daemon"}});
  CHECK(at.index("daemon", 0, running)["retries"] == 0);
  at.open_gate();
  const Json done = at.finished("daemon");
  CHECK(done["status"] == "completed");
  CHECK(index_of(done, 0)["retries"] == 8);
}

TEST_CASE("a deleted run gets SIGTERM, then SIGKILL, and is not seen again") {
  const Workshop at;
  at.run("polite", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done");
  REQUIRE(at.prints("polite", "polite-0-0 up"));
  CHECK(at.project.erase("/job_runs/polite").status == 202);
  CHECK(at.prints("polite", "polite-0-0 bye"));
  CHECK(at.project.get("/job_runs/polite").status == 404);
  at.set("ce_job_grace_ms", 20);
  at.run("rude", "trap '' TERM; echo $$; while :; do sleep 0.01; done");
  REQUIRE(at.index("rude", 0, running)["status"] == "running");
  std::vector<std::string> lines;
  while (lines.empty()) lines = at.printed("rude");
  const std::string pid = lines.front().substr(lines.front().find(' ') + 1);
  CHECK(lives(pid));
  at.project.erase("/job_runs/rude");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (lives(pid) && std::chrono::steady_clock::now() < deadline) at.project.get("/job_runs");
  CHECK_FALSE(lives(pid));
}

TEST_CASE("a run of a deleted one's name waits until the old one has left") {
  const Workshop at;
  const std::string script = "trap '" + std::string(Workshop::kWait) +
                             "exit 0' TERM; echo up; while :; do sleep 0.01; done";
  at.run("twice", script);
  REQUIRE(at.prints("twice", "twice-0-0 up"));
  at.project.erase("/job_runs/twice");
  REQUIRE(at.run("twice", "echo new").status == 202);
  CHECK(at.project.get("/job_runs/twice").json()["status"] == "pending");
  at.open_gate();
  CHECK(at.finished("twice")["status"] == "completed");
  CHECK(at.prints("twice", "twice-0-0 new"));
}

TEST_CASE("a run whose image is registered waits for what it refers to") {
  const Workshop at;
  const Json reference = {
      {"type", "secret_key_reference"}, {"name", "K"}, {"reference", "late"}, {"key", "k"}};
  at.run("waits", "echo $K", {{"run_env_variables", Json::array({reference})}});
  CHECK(at.project.get("/job_runs/waits").json()["status"] == "pending");
  at.secret("late", "generic", {{"k", "v"}});
  CHECK(at.finished("waits")["status"] == "completed");
  CHECK(at.prints("waits", "waits-0-0 v"));
  at.run("no-pull", "true", {{"image_secret", "nowhere"}});
  const Json failed = at.finished("no-pull");
  CHECK(failed["status"] == "failed");
  CHECK(index_of(failed, 0)["last_failure_reason"] == "ImagePullBackOff");
}

TEST_CASE("a run that is deleted while it waits never starts") {
  const Workshop at;
  at.set("ce_delete_lag_ms", 60'000);
  const Json reference = {
      {"type", "secret_key_reference"}, {"name", "K"}, {"reference", "late"}, {"key", "k"}};
  at.run("gone", "echo started", {{"run_env_variables", Json::array({reference})}});
  CHECK(at.project.erase("/job_runs/gone").status == 202);
  at.secret("late", "generic", {{"k", "v"}});
  at.run("other", "true");
  CHECK(at.finished("other")["status"] == "completed");
  CHECK(at.printed("gone").empty());
}

TEST_CASE("as many indices run as the project has room for, the others later") {
  const Workshop at;
  at.run("big", Workshop::kWait,
         {{"scale_array_spec", "0-11"}, {"scale_cpu_limit", "12"}, {"scale_memory_limit", "48G"}});
  const Json full = settled(at.project, "/job_runs/big",
                            [](const Json& run) { return run.at("status") == "running"; });
  CHECK(full["status_details"]["running_indices"] == "0-9");
  CHECK(full["status_details"]["pending_indices"] == "10-11");
  at.open_gate();
  const Json done = at.finished("big");
  CHECK(done["status"] == "completed");
  CHECK(done["status_details"]["succeeded"] == 12);
}

TEST_CASE("a finished run of processes vanishes after a week") {
  const Workshop at;
  at.run("done", "true");
  at.finished("done");
  at.set("token_life_seconds", 30 * 86'400);
  const auto later = cloud_client::Client(at.project.base_url())
                         .bearer(cloud_client::access_token(at.names.at("CERTLOOP_IAM_URL"),
                                                            at.names.at("CERTLOOP_API_KEY")));
  at.advance(7 * 86'400 - 60);
  CHECK(later.get("/job_runs/done").status == 200);
  at.advance(120);
  CHECK(later.get("/job_runs/done").status == 404);
}

TEST_CASE("variables stay as they were at the start, files follow all together") {
  const Workshop at;
  at.set("ce_mount_refresh_ms", 10);
  const std::string map = "/config_maps/settings";
  at.project.post("/config_maps", {{"name", "settings"}, {"data", {{"a", "old"}, {"b", "old"}}}});
  const Json variable = {
      {"type", "config_map_key_reference"}, {"name", "A"}, {"reference", "settings"}, {"key", "a"}};
  const Json mount = {
      {"type", "config_map"}, {"reference", "settings"}, {"mount_path", "/etc/settings"}};
  at.run("follows",
         "cd $LOCALCLOUD_ROOT/etc/settings; echo $A $(cat a) $(cat b); "
         "while test $(cat a) = old; do sleep 0.01; done; echo $A $(cat a) $(cat b)",
         {{"run_env_variables", Json::array({variable})},
          {"run_volume_mounts", Json::array({mount})}});
  REQUIRE(at.prints("follows", "follows-0-0 old old old"));
  REQUIRE(
      at.project.put(map, {{"data", {{"a", "new"}, {"b", "new"}}}}, {{"If-Match", "*"}}).status ==
      200);
  CHECK(at.finished("follows")["status"] == "completed");
  CHECK(at.prints("follows", "follows-0-0 old new new"));
}

TEST_CASE("a job's compute resource token is good for the profile that its link trusts") {
  const Workshop at;
  const auto profile = at.names.at("LOCALCLOUD_PROFILE_ID");
  const auto iam = cloud_client::Client(at.names.at("CERTLOOP_IAM_URL")).bearer(at.token);
  const std::string project = localcloud::Seed{}.project_a_crn();
  REQUIRE(iam.post("/v1/profiles/" + profile + "/links",
                   {{"cr_type", "CE"},
                    {"name", "nightly"},
                    {"link",
                     {{"crn", project}, {"component_type", "job"}, {"component_name", "nightly"}}}})
              .status == 201);
  const auto status_with_token_of = [&](const std::string& job) {
    at.project.post("/jobs",
                    {{"name", job},
                     {"image_reference", "icr.io/shop/batch"},
                     {"run_compute_resource_token_enabled", true},
                     {"run_arguments",
                      Json::array({"cat $LOCALCLOUD_ROOT/var/run/secrets/codeengine.cloud.ibm.com/"
                                   "compute-resource-token/token"})}});
    at.project.post("/job_runs", {{"name", job}, {"job_name", job}});
    at.finished(job);
    const std::string line = at.printed(job).at(0);
    return cloud_client::Client(at.cloud.url())
        .send("POST", "/iam/identity/token", {},
              "grant_type=urn:ibm:params:oauth:grant-type:cr-token&cr_token=" +
                  line.substr(line.find(' ') + 1) + "&profile_id=" + profile)
        .status;
  };
  CHECK(status_with_token_of("nightly") == 200);
  CHECK(status_with_token_of("other") == 400);
}

#include <algorithm>

#include "tests/localcloud/run/workshop.h"
#include "tests/support/catch.h"

using cloud_client::Json;

namespace {

constexpr int kNever = 600'000;

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
    const Json one = Workshop::index_of(done, index);
    CHECK(one["status"] == "succeeded");
    CHECK(one["retries"] == (index == 3 ? 1 : 0));
    CHECK(one.contains("started_at"));
    CHECK(one.contains("finished_at"));
    CHECK(one.contains("last_failure_reason") == (index == 3));
  }
  CHECK(Workshop::index_of(done, 3)["last_failure_reason"] == "ContainerExitedCode1");
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
    CHECK(Workshop::index_of(failed, 0)["retries"] == 2);
    CHECK(Workshop::index_of(failed, 0)["last_failure_reason"] == c.reason);
  }
  at.set("ce_killed_reason", "ContainerExitedCode137");
  at.run("again", "kill -KILL $$", {{"scale_retry_limit", 0}});
  CHECK(Workshop::index_of(at.finished("again"), 0)["last_failure_reason"] ==
        "ContainerExitedCode137");
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
  const Json first = at.index("slow", 4, Workshop::running);
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
    CHECK(Workshop::index_of(late, 0)["last_failure_reason"] == "DeadlineExceeded");
    CHECK(Workshop::index_of(late, 0)["retries"] == 0);
  }
  at.set("ce_job_grace_ms", 20);
  at.run("ignores", "trap '' TERM; while :; do sleep 0.01; done", limit);
  CHECK(Workshop::index_of(at.finished("ignores"), 0)["last_failure_reason"] == "DeadlineExceeded");
  at.set("ce_job_retry_ms", kNever);
  at.run("between-tries", "exit 1", {{"scale_max_execution_time", 40}});
  const Json between = Workshop::index_of(at.finished("between-tries"), 0);
  CHECK(between["last_failure_reason"] == "DeadlineExceeded");
  CHECK(between["retries"] == 1);
}

TEST_CASE("a daemon starts again after each failure, has no time limit, and ends with a success") {
  const Workshop at;
  at.set("ce_seconds_ms", 1);
  at.run("daemon", std::string(Workshop::kWait) + "test $JOB_INDEX_RETRY_COUNT -ge 8",
         {{"run_mode", "daemon"}});
  CHECK(at.index("daemon", 0, Workshop::running)["retries"] == 0);
  at.open_gate();
  const Json done = at.finished("daemon");
  CHECK(done["status"] == "completed");
  CHECK(Workshop::index_of(done, 0)["retries"] == 8);
}

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/localcloud/run/workshop.h"
#include "tests/support/catch.h"

using cloud_client::Json;
namespace fs = std::filesystem;

namespace {

// Whether the process is there; a number that is none is of no process.
bool lives(const std::string& pid) {
  return ::kill(std::stoi(pid), 0) == 0;
}

// Whether the file comes to hold that, within ten seconds.
bool comes_to_hold(const fs::path& path, const std::string& content) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (true) {
    std::ifstream file(path);
    if (std::string(std::istreambuf_iterator<char>(file), {}) == content) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
}

}  // namespace

TEST_CASE("a deleted run gets SIGTERM, then SIGKILL, and is not seen again") {
  const Workshop at;
  at.run("polite", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done");
  REQUIRE(at.prints("polite", "polite-0-0 up"));
  CHECK(at.project.erase("/job_runs/polite").status == 202);
  CHECK(at.prints("polite", "polite-0-0 bye"));
  CHECK(at.project.get("/job_runs/polite").status == 404);
  at.set("ce_job_grace_ms", 20);
  at.run("rude", "trap '' TERM; echo $$; while :; do sleep 0.01; done");
  REQUIRE(at.index("rude", 0, Workshop::running)["status"] == "running");
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
  CHECK(Workshop::index_of(failed, 0)["last_failure_reason"] == "ImagePullBackOff");
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

TEST_CASE("files that cannot follow are told of in the log, and those of others follow") {
  const Workshop at;
  at.set("ce_mount_refresh_ms", 0);
  at.project.post("/config_maps", {{"name", "settings"}, {"data", {{"a", "old"}}}});
  const Json mount = {
      {"type", "config_map"}, {"reference", "settings"}, {"mount_path", "/etc/settings"}};
  at.run("pair", std::string("echo $LOCALCLOUD_ROOT; ") + Workshop::kWait,
         {{"scale_array_spec", "0-1"}, {"run_volume_mounts", Json::array({mount})}});
  std::vector<std::string> roots;
  while (roots.size() < 2) roots = at.printed("pair");
  std::sort(roots.begin(), roots.end());
  const auto directory = [&roots](std::size_t index) {
    return fs::path(roots[index].substr(roots[index].find('/'))) / "etc/settings";
  };
  // Whichever is the first to be refreshed is the broken one once.
  for (const std::size_t broken : {0U, 1U}) {
    CAPTURE(broken);
    const std::string content = "new" + std::to_string(broken);
    const fs::path obstacle = directory(broken) / "..data";
    fs::remove(obstacle);
    fs::create_directory(obstacle);
    at.project.put("/config_maps/settings", {{"data", {{"a", content}}}}, {{"If-Match", "*"}});
    CHECK(comes_to_hold(directory(1 - broken) / "a", content));
    const std::string complaint =
        "pair-" + std::to_string(broken) + "-0 the local cloud cannot refresh these files: ";
    const auto lines = at.printed("pair");
    CHECK(std::any_of(lines.begin(), lines.end(),
                      [&](const std::string& line) { return line.starts_with(complaint); }));
    fs::remove(obstacle);
  }
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

#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

constexpr int kNever = 3'600'000;

Answer function(const Works& at, const std::string& name, const Json& more = Json::object()) {
  Json body = {{"name", name},
               {"runtime", "nodejs-20"},
               {"code_reference", "data:text/javascript;base64,AAAA"}};
  body.merge_patch(more);
  return at.project.post("/functions", body);
}

}  // namespace

TEST_CASE("a function gets every default and becomes ready") {
  const Works at;
  const Answer created = function(at, "hello");
  REQUIRE(created.status == 201);
  const Json document = created.json();
  const Json defaults = {{"code_binary", false},
                         {"code_main", "main"},
                         {"managed_domain_mappings", "local_public"},
                         {"run_env_variables", Json::array()},
                         {"run_compute_resource_token_enabled", false},
                         {"scale_concurrency", 1},
                         {"scale_cpu_limit", "1"},
                         {"scale_memory_limit", "4G"},
                         {"scale_down_delay", 1},
                         {"scale_max_execution_time", 60},
                         {"status", "deploying"},
                         {"resource_type", "function_v2"}};
  for (const auto& [name, value] : defaults.items()) {
    CAPTURE(name);
    CHECK(document.value(name, Json()) == value);
  }
  CHECK(document["computed_env_variables"].size() == 6);
  CHECK(document["endpoint"].get<std::string>().starts_with("https://hello."));
  CHECK(created.header("ETag") == document["entity_tag"]);
  CHECK(once(at.project, "/functions/hello", "ready")["status_details"]["reason"] == "ready");
  CHECK(function(at, "bundle", {{"code_reference", "icr.io/a/b"}}).json()["code_binary"] == true);
}

TEST_CASE("members of a function are checked") {
  struct Case {
    std::string what;
    Json members;
    int status;
  };
  const Case cases[] = {
      {"no runtime", {{"runtime", nullptr}}, 400},
      {"unknown runtime", {{"runtime", "cobol-1"}}, 400},
      {"no code", {{"code_reference", nullptr}}, 400},
      {"concurrency of Node.js", {{"scale_concurrency", 100}}, 201},
      {"concurrency of Python", {{"runtime", "python-3.13"}, {"scale_concurrency", 2}}, 400},
      {"smaller", {{"scale_cpu_limit", "0.25"}, {"scale_memory_limit", "1G"}}, 201},
      {"sizes of apps", {{"scale_cpu_limit", "2"}, {"scale_memory_limit", "4G"}}, 400},
      {"execution 121", {{"scale_max_execution_time", 121}}, 400},
      {"mounts are ignored", {{"run_volume_mounts", 1}}, 201},
  };
  const Works at;
  int number = 0;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(function(at, "f" + std::to_string(number++), c.members).status == c.status);
  }
}

TEST_CASE("an update of a ready function is seen as such") {
  const Works at;
  function(at, "hello");
  once(at.project, "/functions/hello", "ready");
  at.set("ce_workload_start_ms", kNever);
  const Json updating = at.change("/functions/hello", {{"code_main", "other"}}).json();
  CHECK(updating["status"] == "ready");
  CHECK(updating["status_details"]["reason"] == "ready_update_in_progress");
  at.set("ce_workload_start_ms", 0);
  at.change("/functions/hello", {{"code_main", nullptr}});
  const Json ready = settled(at.project, "/functions/hello", [](const Json& document) {
    return document["status_details"]["reason"] == "ready";
  });
  CHECK(ready["code_main"] == "main");
}

TEST_CASE("a function without its secrets is not ready") {
  const Works at;
  function(at, "code", {{"code_secret", "late"}});
  CHECK(once(at.project, "/functions/code", "failed")["status_details"]["reason"] ==
        "no_code_bundle");
  function(at, "env",
           {{"run_env_variables",
             Json::array({{{"type", "secret_full_reference"}, {"reference", "late"}}})}});
  const Json waiting = settled(at.project, "/functions/env", [](const Json& document) {
    return document["status_details"]["reason"] == "deploying_configuring_routes";
  });
  CHECK(waiting["status"] == "deploying");
  at.secret("late", "generic", {{"k", "v"}});
  CHECK(once(at.project, "/functions/code", "ready")["status"] == "ready");
  CHECK(once(at.project, "/functions/env", "ready")["status"] == "ready");
}

TEST_CASE("runtimes come as one list with a default of each family") {
  const Works at;
  const Json runtimes = at.region_a.get("/function_runtimes").json()["function_runtimes"];
  std::map<std::string, int> defaults;
  for (const Json& runtime : runtimes) {
    for (const char* member : {"id", "name", "family", "default", "deprecated", "optimized"}) {
      CHECK(runtime.contains(member));
    }
    defaults[runtime["family"]] += runtime["default"] == true ? 1 : 0;
  }
  CHECK(defaults == std::map<std::string, int>{{"nodejs", 1}, {"python", 1}});
}

TEST_CASE("a project has 20 functions") {
  const Works at;
  for (int i = 0; i < 20; ++i) REQUIRE(function(at, "f" + std::to_string(i)).status == 201);
  CHECK(function(at, "more").status == 403);
}

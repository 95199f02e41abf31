#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

constexpr int kNever = 3'600'000;

Json inline_build() {
  return {{"output_image", "icr.io/shop/web"},
          {"output_secret", "push"},
          {"strategy_type", "dockerfile"},
          {"source_url", "https://github.com/shop/web"}};
}

struct Builder : Works {
  Builder() { secret("push", "registry", {{"username", "u"}, {"password", "p"}, {"server", "s"}}); }
  Answer build(const std::string& name, const Json& more = Json::object()) const {
    Json body = inline_build();
    body["name"] = name;
    body.merge_patch(more);
    return project.post("/builds", body);
  }
  Answer run(const Json& body) const { return project.post("/build_runs", body); }
  Json finished(const std::string& name) const {
    return settled(project, "/build_runs/" + name, [](const Json& run) {
      return run["status"] == "succeeded" || run["status"] == "failed";
    });
  }
};

}  // namespace

TEST_CASE("a build gets every default and is ready when its secrets are there") {
  const Builder at;
  const Answer created = at.build("web");
  REQUIRE(created.status == 201);
  const Json build = created.json();
  CHECK(build["source_type"] == "git");
  CHECK(build["strategy_size"] == "medium");
  CHECK(build["strategy_spec_file"] == "Dockerfile");
  CHECK(build["timeout"] == 600);
  CHECK(build["run_build_params"] == Json::array());
  CHECK(build["resource_type"] == "build_v2");
  CHECK(build["status"] == "ready");
  CHECK(build["status_details"]["reason"] == "registered");
  CHECK(created.header("ETag") == build["entity_tag"]);
  const auto reason = [&at](const std::string& name) {
    return at.project.get("/builds/" + name).json()["status_details"]["reason"];
  };
  at.build("both", {{"output_secret", "none"}, {"source_secret", "none"}});
  CHECK(reason("both") == "multiple_secret_ref_not_found");
  at.change("/builds/both", {{"source_secret", nullptr}});
  CHECK(reason("both") == "spec_output_secret_ref_not_found");
  at.change("/builds/both", {{"output_secret", "push"}, {"source_secret", "none"}});
  CHECK(reason("both") == "spec_source_secret_not_found");
}

TEST_CASE("members of a build are checked") {
  struct Case {
    std::string what;
    Json members;
    int status;
  };
  const Case cases[] = {
      {"no image", {{"output_image", nullptr}}, 400},
      {"no secret", {{"output_secret", nullptr}}, 400},
      {"no strategy", {{"strategy_type", nullptr}}, 400},
      {"git without a source", {{"source_url", nullptr}}, 400},
      {"local with a source", {{"source_type", "local"}}, 400},
      {"local", {{"source_type", "local"}, {"source_url", nullptr}}, 201},
      {"ssh source", {{"source_url", "git@github.com:shop/web.git"}}, 201},
      {"http source", {{"source_url", "http://github.com/shop/web"}}, 400},
      {"size", {{"strategy_size", "huge"}}, 400},
      {"timeout 3600", {{"timeout", 3600}}, 201},
      {"timeout 3601", {{"timeout", 3601}}, 400},
      {"parameter", {{"run_build_params", Json::array({{{"name", "a"}, {"value", "b"}}})}}, 201},
      {"full reference",
       {{"run_build_params",
         Json::array({{{"type", "secret_full_reference"}, {"reference", "s"}}})}},
       400},
  };
  const Builder at;
  int number = 0;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(at.build("b" + std::to_string(number++), c.members).status == c.status);
  }
}

TEST_CASE("a run of a build inherits from it and succeeds by itself") {
  const Builder at;
  at.build("web", {{"timeout", 900}});
  const Answer started = at.run({{"build_name", "web"}, {"strategy_size", "large"}});
  REQUIRE(started.status == 202);
  CHECK(started.json()["status"] == "pending");
  const std::string name = started.json()["name"];
  CHECK(name.starts_with("web-run-"));
  CHECK(name.size() == std::string("web-run-260202-030405").size());
  const Json done = at.finished(name);
  CHECK(done["status"] == "succeeded");
  CHECK(done["timeout"] == 900);
  CHECK(done["strategy_size"] == "large");
  CHECK(done["output_image"] == "icr.io/shop/web");
  CHECK(done["service_account"] == "default");
  CHECK(done["resource_type"] == "build_run_v2");
  const Json details = done["status_details"];
  CHECK(details["reason"] == "succeeded");
  CHECK(details["git_commit_sha"].get<std::string>().size() == 40);
  CHECK(details["output_digest"].get<std::string>().starts_with("sha256:"));
  CHECK(details.contains("start_time"));
  CHECK(details.contains("completion_time"));
  CHECK(at.run({{"build_name", "web"}}).json()["name"] != name);
}

TEST_CASE("a run without a build describes itself") {
  const Builder at;
  Json body = inline_build();
  body["name"] = "alone";
  CHECK(at.run(body).status == 202);
  CHECK(at.finished("alone")["build_name"] == "");
  body.erase("output_image");
  CHECK(at.run(body).status == 400);
  CHECK(at.run({{"build_name", "none"}}).status == 404);
}

TEST_CASE("runs are refused while the build is not ready or too many run") {
  const Builder at;
  at.build("web");
  at.build("lost", {{"output_secret", "none"}});
  CHECK(at.run({{"build_name", "lost"}}).status == 409);
  at.set("ce_build_run_ms", kNever);
  at.set("ce_running_builds", 1);
  CHECK(at.run({{"build_name", "web"}}).status == 202);
  CHECK(at.run({{"build_name", "web"}}).status == 409);
  at.set("ce_running_builds", 2);
  CHECK(at.run({{"build_name", "web"}}).status == 202);
}

TEST_CASE("a run fails as the switch says, without its secret, or when it takes too long") {
  const Builder at;
  at.set("ce_build_run_outcome", "missing_code_repo_access");
  at.build("web");
  const auto reason = [&at](const Json& body) {
    const Json failed = at.finished(at.run(body).json()["name"]);
    CHECK(failed["status"] == "failed");
    return failed["status_details"]["reason"];
  };
  CHECK(reason({{"build_name", "web"}}) == "missing_code_repo_access");
  Json body = inline_build();
  body["name"] = "poor";
  body["output_secret"] = "none";
  CHECK(reason(body) == "missing_secrets");
  at.set("ce_build_run_outcome", "succeeded");
  at.set("ce_build_run_ms", 1500);
  CHECK(reason({{"build_name", "web"}, {"timeout", 1}}) == "timeout");
}

TEST_CASE("build runs are listed by their build") {
  const Builder at;
  at.build("a");
  at.build("b");
  at.run({{"build_name", "a"}, {"name", "a1"}});
  at.run({{"build_name", "b"}, {"name", "b1"}});
  CHECK(at.project.get("/build_runs?build_name=a").json()["build_runs"].size() == 1);
  CHECK(at.project.get("/build_runs").json()["build_runs"].size() == 2);
  CHECK(at.project.erase("/build_runs/a1").status == 202);
  CHECK(at.project.get("/build_runs/a1").status == 404);
  CHECK(at.project.patch("/build_runs/b1", Json::object()).status == 405);
}

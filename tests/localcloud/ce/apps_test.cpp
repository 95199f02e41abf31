#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

Json variables_of(const Json& document) {
  Json names = Json::array();
  for (const Json& entry : document["computed_env_variables"]) names.push_back(entry["name"]);
  return names;
}

}  // namespace

TEST_CASE("an app gets every default the service fills in") {
  const Works at;
  const Answer created = at.app("shop");
  REQUIRE(created.status == 201);
  const Json app = created.json();
  const Json defaults = {{"image_port", 8080},
                         {"managed_domain_mappings", "local_public"},
                         {"run_arguments", Json::array()},
                         {"run_commands", Json::array()},
                         {"run_as_user", 0},
                         {"run_compute_resource_token_enabled", false},
                         {"run_env_variables", Json::array()},
                         {"run_volume_mounts", Json::array()},
                         {"run_service_account", "default"},
                         {"scale_concurrency", 100},
                         {"scale_concurrency_target", 100},
                         {"scale_cpu_limit", "1"},
                         {"scale_memory_limit", "4G"},
                         {"scale_ephemeral_storage_limit", "400M"},
                         {"scale_down_delay", 0},
                         {"scale_initial_instances", 1},
                         {"scale_min_instances", 0},
                         {"scale_max_instances", 10},
                         {"scale_request_timeout", 300},
                         {"resource_type", "app_v2"},
                         {"region", "eu-de"}};
  for (const auto& [name, value] : defaults.items()) {
    CAPTURE(name);
    CHECK(app.value(name, Json()) == value);
  }
  CHECK(app["probe_readiness"]["type"] == "tcp");
  CHECK_FALSE(app.contains("probe_liveness"));
  CHECK_FALSE(app.contains("image_secret"));
  CHECK(created.header("ETag") == app["entity_tag"]);
  CHECK(app["href"] == at.project.base_url() + "/apps/shop");
  CHECK(variables_of(app) == Json::array({"CE_API_BASE_URL", "CE_APP", "CE_DOMAIN", "CE_PROJECT_ID",
                                          "CE_REGION", "CE_SUBDOMAIN"}));
  CHECK(app["computed_env_variables"][0]["value"].get<std::string>() + "/v2" ==
        at.region_a.base_url());
}

TEST_CASE("endpoints lead to the ingress unless the switch names those of the service") {
  const Works at;
  const std::string ingress = at.cloud.url() + "/app/" + at.names.at("LOCALCLOUD_PROJECT_A") + "/";
  const Json open = at.app("open").json();
  CHECK(open["endpoint"] == ingress + "open");
  CHECK(open["endpoint_internal"] == ingress + "open");
  const Json hidden = at.app("hidden", {{"managed_domain_mappings", "local"}}).json();
  CHECK(hidden["endpoint"] == "");
  CHECK(hidden["endpoint_internal"] == ingress + "hidden");
  at.set("ce_endpoints", "service");
  CHECK(at.app("other").json()["endpoint"].get<std::string>().starts_with("https://other."));
}

TEST_CASE("addresses follow the managed domain mappings") {
  const Works at;
  at.set("ce_endpoints", "service");
  const Json open = at.app("open").json();
  const Json inside = at.app("inside", {{"managed_domain_mappings", "local_private"}}).json();
  const Json hidden = at.app("hidden", {{"managed_domain_mappings", "local"}}).json();
  const std::string domain = ".eu-de.codeengine.appdomain.cloud";
  CHECK(open["endpoint"].get<std::string>().starts_with("https://open."));
  CHECK(open["endpoint"].get<std::string>().ends_with(domain));
  CHECK(inside["endpoint"].get<std::string>().ends_with(".private" + domain));
  CHECK(hidden["endpoint"] == "");
  CHECK(hidden["endpoint_internal"].get<std::string>().ends_with(".svc.cluster.local"));
  const Json changed = at.change("/apps/open", {{"managed_domain_mappings", "local"}}).json();
  CHECK(changed["endpoint"] == "");
  CHECK(changed["status_details"]["latest_created_revision"] == "open-00001");
}

TEST_CASE("members of an app are checked") {
  struct Case {
    std::string what;
    Json members;
    int status;
  };
  const std::string path256 = "/" + std::string(255, 'p');
  const Case cases[] = {
      {"no image", {{"image_reference", nullptr}}, 400},
      {"image with tag and digest",
       {{"image_reference", "r.io/a/b:1.0@sha256:" + std::string(64, 'a')}},
       201},
      {"image with a space", {{"image_reference", "a b"}}, 400},
      {"image with an empty segment", {{"image_reference", "a//b"}}, 400},
      {"image with a short digest", {{"image_reference", "a@sha256:12"}}, 400},
      {"long image", {{"image_reference", std::string(257, 'a')}}, 400},
      {"port as text", {{"image_port", "80"}}, 400},
      {"port 65535", {{"image_port", 65535}}, 201},
      {"port 65536", {{"image_port", 65536}}, 400},
      {"account writer", {{"run_service_account", "writer"}}, 201},
      {"account unknown", {{"run_service_account", "root"}}, 400},
      {"100 arguments", {{"run_arguments", Json(100, "a")}}, 201},
      {"101 arguments", {{"run_arguments", Json(101, "a")}}, 400},
      {"command as text", {{"run_commands", "ls"}}, 400},
      {"concurrency 0", {{"scale_concurrency", 0}}, 400},
      {"concurrency 1000", {{"scale_concurrency", 1000}}, 201},
      {"250 instances", {{"scale_max_instances", 250}, {"scale_min_instances", 250}}, 201},
      {"251 instances", {{"scale_max_instances", 251}}, 400},
      {"timeout 600", {{"scale_request_timeout", 600}}, 201},
      {"timeout 601", {{"scale_request_timeout", 601}}, 400},
      {"delay 3601", {{"scale_down_delay", 3601}}, 400},
      {"smallest sizes",
       {{"scale_cpu_limit", "0.125"},
        {"scale_memory_limit", "250M"},
        {"scale_ephemeral_storage_limit", "250M"}},
       201},
      {"sizes in other units", {{"scale_cpu_limit", "500m"}, {"scale_memory_limit", "2GB"}}, 201},
      {"unsupported sizes", {{"scale_cpu_limit", "1"}, {"scale_memory_limit", "16G"}}, 400},
      {"no size", {{"scale_cpu_limit", "much"}}, 400},
      {"more disk than memory", {{"scale_ephemeral_storage_limit", "5G"}}, 400},
      {"mappings unknown", {{"managed_domain_mappings", "all"}}, 400},
      {"http probe", {{"probe_liveness", {{"type", "http"}, {"path", "/"}, {"port", 1}}}}, 201},
      {"tcp probe with a path", {{"probe_liveness", {{"path", "/"}}}}, 400},
      {"probe interval 61", {{"probe_readiness", {{"interval", 61}}}}, 400},
      {"probe port 0", {{"probe_readiness", {{"port", 0}}}}, 400},
      {"unknown members", {{"bogus", 1}}, 201},
  };
  const Works at;
  int number = 0;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Json body = {{"name", "a" + std::to_string(number++)}, {"image_reference", "x/y"}};
    body.merge_patch(c.members);
    CHECK(at.project.post("/apps", body).status == c.status);
  }
}

TEST_CASE("names of apps begin with a letter and have at most 63 characters") {
  const Works at;
  CHECK(at.app(std::string(63, 'a')).status == 201);
  for (const std::string& name : {std::string(64, 'a'), std::string("9a"), std::string("a.b"),
                                  std::string("A"), std::string("a-"), std::string()}) {
    CAPTURE(name);
    CHECK(at.app(name).status == 400);
  }
  CHECK(at.project.post("/apps", {{"image_reference", "x"}}).status == 400);
}

TEST_CASE("variables and mounts are checked by their type") {
  struct Case {
    std::string what;
    std::string member;
    Json entry;
    int status;
  };
  const std::string env = "run_env_variables";
  const std::string mounts = "run_volume_mounts";
  const Case cases[] = {
      {"literal by default", env, {{"name", "A"}, {"value", "1"}}, 201},
      {"literal with more",
       env,
       {{"name", "A"}, {"value", ""}, {"key", "k"}, {"prefix", "p"}},
       201},
      {"literal without value", env, {{"name", "A"}}, 400},
      {"full reference", env, {{"type", "secret_full_reference"}, {"reference", "s"}}, 201},
      {"full without reference", env, {{"type", "config_map_full_reference"}}, 400},
      {"key reference",
       env,
       {{"type", "secret_key_reference"}, {"name", "A"}, {"reference", "s"}, {"key", "k"}},
       201},
      {"key reference without key",
       env,
       {{"type", "config_map_key_reference"}, {"name", "A"}, {"reference", "s"}},
       400},
      {"unknown type", env, {{"type", "other"}}, 400},
      {"bad name", env, {{"name", "A B"}, {"value", "1"}}, 400},
      {"bad prefix",
       env,
       {{"type", "secret_full_reference"}, {"reference", "s"}, {"prefix", "1"}},
       400},
      {"bad reference", env, {{"type", "secret_full_reference"}, {"reference", "S"}}, 400},
      {"secret mount",
       mounts,
       {{"type", "secret"}, {"reference", "s"}, {"mount_path", "/etc/x/"}, {"sub_path", "k"}},
       201},
      {"mount without a path", mounts, {{"type", "secret"}, {"reference", "s"}}, 400},
      {"relative path",
       mounts,
       {{"type", "secret"}, {"reference", "s"}, {"mount_path", "etc"}},
       400},
      {"mount of another type", mounts, {{"reference", "s"}, {"mount_path", "/a"}}, 400},
  };
  const Works at;
  int number = 0;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(at.app("a" + std::to_string(number++), {{c.member, Json::array({c.entry})}}).status ==
          c.status);
  }
  const Json mount = {{"type", "secret"}, {"reference", "s"}, {"mount_path", "/a"}};
  CHECK(at.app("twice", {{mounts, Json::array({mount, mount})}}).status == 400);
  const Json variable = {{"name", "A"}, {"value", "1"}};
  CHECK(at.app("full", {{env, Json(100, variable)}}).status == 201);
  CHECK(at.app("over", {{env, Json(101, variable)}}).status == 400);
  const Json app = at.project.get("/apps/a0").json();
  CHECK(app[env][0] == Json{{"type", "literal"}, {"name", "A"}, {"value", "1"}});
}

TEST_CASE("a patch merges members and replaces arrays as a whole") {
  const Works at;
  const Json app =
      at.app("shop", {{"image_secret", "pull"},
                      {"probe_liveness", {{"type", "http"}, {"path", "/live"}}},
                      {"run_env_variables", Json::array({{{"name", "A"}, {"value", "1"}},
                                                         {{"name", "B"}, {"value", "2"}}})}})
          .json();
  const std::string tag = app["entity_tag"];
  CHECK(at.project.patch("/apps/shop", {{"image_port", 1}}).status == 400);
  CHECK(at.change("/apps/shop", {{"image_port", 1}}, "1").status == 412);
  const Answer answer =
      at.change("/apps/shop",
                {{"name", "other"},
                 {"image_secret", nullptr},
                 {"image_port", 9090},
                 {"scale_concurrency", 7},
                 {"probe_liveness", {{"path", "/other"}}},
                 {"run_env_variables", Json::array({{{"name", "C"}, {"value", "3"}}})}},
                '"' + tag + '"');
  REQUIRE(answer.status == 200);
  const Json changed = answer.json();
  CHECK(changed["entity_tag"] != tag);
  CHECK(changed["name"] == "shop");
  CHECK_FALSE(changed.contains("image_secret"));
  CHECK(changed["image_port"] == 9090);
  CHECK(changed["scale_concurrency_target"] == 7);
  CHECK(changed["probe_liveness"]["type"] == "http");
  CHECK(changed["probe_liveness"]["path"] == "/other");
  CHECK(changed["run_env_variables"].size() == 1);
  CHECK(changed["computed_env_variables"].size() == 6);
  const Json reset = at.change("/apps/shop", {{"image_port", nullptr}}).json();
  CHECK(reset["image_port"] == 8080);
  CHECK(at.change("/apps/shop", {{"image_reference", nullptr}}).status == 400);
  CHECK(at.change("/apps/shop", {{"scale_memory_limit", "16G"}}).status == 400);
  CHECK(at.change("/apps/none", {{"image_port", 1}}).status == 404);
}

TEST_CASE("a project has 40 apps") {
  const Works at;
  for (int i = 0; i < 40; ++i) REQUIRE(at.app("a" + std::to_string(i)).status == 201);
  CHECK(at.app("more").status == 403);
  at.set("ce_quota_status", 409);
  CHECK(at.app("more").status == 409);
  CHECK(at.project.erase("/apps/a0").status == 202);
  CHECK(at.app("more").status == 201);
}

TEST_CASE("older API versions see computed variables among the others and names of mounts") {
  const Works at;
  at.app("shop", {{"run_volume_mounts",
                   Json::array({{{"type", "secret"}, {"reference", "s"}, {"mount_path", "/s"}}})}});
  const auto shown = [&at](const std::string& version) {
    return at.project.get("/apps/shop?version=" + version).json();
  };
  CHECK(shown("2024-05-13")["computed_env_variables"].size() == 6);
  CHECK(shown("2024-05-12")["computed_env_variables"].empty());
  CHECK(shown("2024-05-12")["run_env_variables"].size() == 6);
  CHECK(shown("2025-07-09")["run_volume_mounts"][0].contains("name"));
  CHECK_FALSE(shown("2026-02-20")["run_volume_mounts"][0].contains("name"));
  CHECK(at.project.get("/apps?version=2021-03-31").json()["apps"][0]["run_env_variables"].size() ==
        6);
}

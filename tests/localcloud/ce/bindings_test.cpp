#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

struct Bound : Works {
  Bound() {
    app("shop");
    access("key");
  }
  Answer access(const std::string& name) const {
    return project.post("/secrets", {{"name", name},
                                     {"format", "service_access"},
                                     {"service_access", {{"service_instance", {{"id", "i-1"}}}}}});
  }
  Answer bind(const std::string& app, const std::string& secret) const {
    return project.post("/bindings", {{"component", {{"name", app}, {"resource_type", "app_v2"}}},
                                      {"prefix", "DB"},
                                      {"secret_name", secret}});
  }
};

}  // namespace

TEST_CASE("a binding gives its app the variables of the secret, in a new revision") {
  const Bound at;
  const Answer bound = at.bind("shop", "key");
  REQUIRE(bound.status == 201);
  const Json binding = bound.json();
  CHECK(binding["component"] == Json{{"name", "shop"}, {"resource_type", "app_v2"}});
  CHECK(binding["prefix"] == "DB");
  CHECK(binding["resource_type"] == "binding_v2");
  CHECK_FALSE(binding.contains("entity_tag"));
  CHECK_FALSE(binding.contains("name"));
  const std::string id = binding["id"];
  CHECK(binding["href"] == at.project.base_url() + "/bindings/" + id);
  const Json app = at.project.get("/apps/shop").json();
  CHECK(app["status_details"]["latest_created_revision"] == "shop-00002");
  CHECK(app["computed_env_variables"].size() == 7);
  CHECK(app["computed_env_variables"][6] ==
        Json{{"type", "secret_full_reference"}, {"reference", "key"}, {"prefix", "DB_"}});
  CHECK(at.project.get("/bindings/" + id).json() == binding);
  CHECK(at.project.erase("/bindings/" + id).status == 202);
  CHECK(at.project.get("/bindings/" + id).status == 404);
  const Json after = at.project.get("/apps/shop").json();
  CHECK(after["status_details"]["latest_created_revision"] == "shop-00003");
  CHECK(after["computed_env_variables"].size() == 6);
}

TEST_CASE("a binding asks for a component and a service access secret") {
  const Bound at;
  at.secret("plain", "generic", {{"k", "v"}});
  CHECK(at.bind("none", "key").status == 404);
  CHECK(at.bind("shop", "none").status == 404);
  CHECK(at.bind("shop", "plain").status == 400);
  CHECK(at.project.post("/bindings", {{"secret_name", "key"}}).status == 400);
  at.project.post("/jobs", {{"name", "batch"}, {"image_reference", "x"}});
  const Json job = {{"component", {{"name", "batch"}, {"resource_type", "job_v2"}}},
                    {"secret_name", "key"}};
  CHECK(at.project.post("/bindings", job).status == 201);
  CHECK(at.project.get("/jobs/batch").json()["computed_env_variables"].size() == 4);
}

TEST_CASE("the bound secret goes with the app unless it is kept or bound elsewhere") {
  const Bound at;
  at.app("other");
  at.access("kept");
  at.bind("shop", "key");
  at.bind("other", "key");
  CHECK(at.project.erase("/apps/shop").status == 202);
  CHECK(at.project.get("/secrets/key").status == 200);
  CHECK(at.project.get("/bindings").json()["bindings"].size() == 1);
  CHECK(at.project.erase("/apps/other?keep_service_access=true").status == 202);
  CHECK(at.project.get("/secrets/key").status == 200);
  at.app("third");
  at.bind("third", "key");
  at.project.erase("/apps/third");
  CHECK(at.project.get("/secrets/key").status == 404);
}

TEST_CASE("a secret in use is deleted or kept, as the switch says") {
  struct Case {
    std::string what;
    std::string path;
    Json body;
  };
  const Case cases[] = {
      {"pull secret", "/apps", {{"image_reference", "x"}, {"image_secret", "used"}}},
      {"variable",
       "/jobs",
       {{"image_reference", "x"},
        {"run_env_variables",
         Json::array({{{"type", "secret_full_reference"}, {"reference", "used"}}})}}},
      {"mount",
       "/apps",
       {{"image_reference", "x"},
        {"run_volume_mounts",
         Json::array({{{"type", "secret"}, {"reference", "used"}, {"mount_path", "/s"}}})}}},
      {"data store",
       "/persistent_data_stores",
       {{"storage_type", "object_storage"},
        {"data", {{"bucket_name", "b"}, {"bucket_location", "eu-de"}, {"secret_name", "used"}}}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const Works at;
    at.set("ce_delete_used_secret_status", 409);
    at.secret("used", "hmac_auth", {{"access_key_id", "i"}, {"secret_access_key", "s"}});
    Json body = c.body;
    body["name"] = "user";
    REQUIRE(at.project.post(c.path, body).status == 201);
    CHECK(at.project.erase("/secrets/used").status == 409);
    at.set("ce_delete_used_secret_status", 0);
    CHECK(at.project.erase("/secrets/used").status == 202);
  }
  const Works at;
  at.set("ce_delete_used_secret_status", 409);
  at.secret("free", "generic", {{"k", "v"}});
  CHECK(at.project.erase("/secrets/free").status == 202);
}

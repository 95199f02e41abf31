#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>

#include "hack/localcloud/frame/world.h"
#include "tests/e2e/world.h"
#include "tests/support/catch.h"

using namespace e2e;

namespace {

// How the image starts: what a container finds below / is below LOCALCLOUD_ROOT here.
std::string command() {
  return "env CERTLOOP_MAPPING=\"$LOCALCLOUD_ROOT/etc/certloop/mapping.yaml\" "
         "CERTLOOP_COMPUTE_TOKEN_FILE=\"$LOCALCLOUD_ROOT/var/run/secrets/"
         "codeengine.cloud.ibm.com/compute-resource-token/token\" " CERTLOOP_BINARY;
}

// certloop as the job "certloop" of the project "shop": its mapping in a config map, its rights by
// a trusted profile. Three certificates, one target each.
struct JobShop {
  World world{{.images = {{"icr.io/tools/certloop", command()}}}};
  Pki pki{};
  std::map<std::string, Certificate> certificates{};
  std::map<std::string, std::string> ids{};

  JobShop() {
    for (const char* name : {"front", "pay", "mail"}) {
      certificates[name] = pki.issue(std::string(name) + ".example.com");
      ids[name] = world.import_certificate(name, certificates[name]);
      world.map(name, ids[name], {{"shop", std::string(name) + "-tls"}});
    }
    world.write_mapping();
    trust_job();
    make_job();
  }

  bool written(const std::string& name) const {
    const Json data = world.data_of("shop", name + "-tls");
    const Certificate& one = certificates.at(name);
    return data.value("tls_cert", "") == one.certificate + one.intermediate;
  }
  // Of a run of the job: how it ended.
  Json run(const Json& more = Json::object()) const {
    Json body = {{"name", "now"}, {"job_name", "certloop"}};
    body.update(more);
    REQUIRE(world.project("shop").post("/job_runs", body).status == 202);
    return until("/job_runs/now", [](const Json& document) {
      return document.at("status") == "completed" || document.at("status") == "failed";
    });
  }
  Json until(const std::string& path, const std::function<bool(const Json&)>& done) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (true) {
      const Json document = world.project("shop").get(path).json();
      if (done(document) || std::chrono::steady_clock::now() > deadline) return document;
    }
  }

 private:
  void trust_job() const {
    const localcloud::Seed seed;
    const Json link = {
        {"crn", seed.project_a_crn()}, {"component_type", "job"}, {"component_name", "certloop"}};
    REQUIRE(world.signed_in(world.addresses().at("CERTLOOP_IAM_URL"))
                .post("/v1/profiles/" + seed.trusted_profile_id + "/links",
                      {{"cr_type", "CE"}, {"name", "job"}, {"link", link}})
                .status == 201);
  }
  void make_job() const {
    std::ifstream file(world.mapping_path());
    const std::string mapping{std::istreambuf_iterator<char>(file), {}};
    const Client& project = world.project("shop");
    REQUIRE(
        project.post("/config_maps", {{"name", "mapping"}, {"data", {{"mapping.yaml", mapping}}}})
            .status == 201);
    const Json mount = {
        {"type", "config_map"}, {"reference", "mapping"}, {"mount_path", "/etc/certloop"}};
    Json variables = Json::array();
    auto environment = world.environment();
    for (const char* ours : {"CERTLOOP_API_KEY", "CERTLOOP_MAPPING"}) environment.erase(ours);
    environment["CERTLOOP_TRUSTED_PROFILE"] = localcloud::Seed{}.trusted_profile_name;
    for (const auto& [name, value] : environment) {
      variables.push_back({{"name", name}, {"value", value}});
    }
    REQUIRE(project
                .post("/jobs", {{"name", "certloop"},
                                {"image_reference", "icr.io/tools/certloop"},
                                {"run_arguments", Json::array({"sync"})},
                                {"run_compute_resource_token_enabled", true},
                                {"run_volume_mounts", Json::array({mount})},
                                {"run_env_variables", variables}})
                .status == 201);
  }
};

}  // namespace

TEST_CASE("certloop as a job brings all targets in line") {
  const JobShop shop;
  CHECK(shop.run()["status"] == "completed");
  for (const auto& [name, certificate] : shop.certificates) {
    CAPTURE(name);
    CHECK(shop.written(name));
  }
}

TEST_CASE("three instances of the job share the work: together they write each target once") {
  const JobShop shop;
  const std::size_t before = shop.world.writes();
  const Json done = shop.run({{"scale_array_spec", "0-2"}});
  CHECK(done["status"] == "completed");
  CHECK(done["status_details"]["succeeded_indices"] == "0-2");
  for (const auto& [name, certificate] : shop.certificates) CHECK(shop.written(name));
  CHECK(shop.world.writes() - before == 1 + shop.certificates.size());  // 1: the run itself
}

TEST_CASE("a job that cannot do its work is tried again, and fails") {
  JobShop shop;
  shop.world.set_switch("ce_job_retry_ms", 1);
  const Json failed = shop.run({{"scale_array_spec", "0,7"}, {"scale_retry_limit", 1}});
  CHECK(failed["status"] == "failed");
  CHECK(failed["status_details"]["succeeded_indices"] == "0");
  const Json index = failed["status_details"]["indices_details"]["7"];
  CHECK(index["retries"] == 1);
  CHECK(index["last_failure_reason"] == "ContainerExitedCode1");
}

TEST_CASE("a rotation starts the job by an event, and the run writes that secret alone") {
  JobShop shop;
  REQUIRE(shop.run()["status"] == "completed");
  shop.world.flush();  // what happened before anybody listens
  shop.world.wire_job_notifications("certloop");
  const std::size_t front_reads = shop.world.reads_of(shop.ids.at("front"));
  shop.certificates["pay"] = shop.pki.issue("pay.example.com");
  shop.world.rotate(shop.ids.at("pay"), shop.certificates["pay"]);
  shop.world.flush();
  const Json runs = shop.until("/job_runs?job_name=certloop", [](const Json& page) {
    const Json& all = page.at("job_runs");
    return all.size() == 2 && all[0].at("status") == "completed" &&
           all[1].at("status") == "completed";
  });
  REQUIRE(runs["job_runs"].size() == 2);
  CHECK(shop.written("pay"));
  CHECK(shop.world.reads_of(shop.ids.at("front")) == front_reads);
  CHECK(shop.world.local().get("/deliveries").json()["delivered"] == 1);
}

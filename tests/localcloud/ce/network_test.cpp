#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

const char* const kDestinations = "/allowed_outbound_destinations";

Json range(const std::string& name, const Json& block) {
  return {{"name", name}, {"type", "cidr_block"}, {"cidr_block", block}};
}

Json gateway(const std::string& name, const std::string& crn) {
  return {{"name", name},
          {"type", "private_path_service_gateway"},
          {"private_path_service_gateway_crn", crn}};
}

}  // namespace

TEST_CASE("ranges of addresses are allowed and changed") {
  const Works at;
  const Answer created = at.project.post(kDestinations, range("out", "192.68.3.0/24"));
  REQUIRE(created.status == 201);
  CHECK(created.json()["status"] == "deploying");
  CHECK(created.header("ETag") == created.json()["entity_tag"]);
  const std::string path = kDestinations + std::string("/out");
  CHECK(once(at.project, path, "ready")["status_details"]["reason"] == "ready");
  CHECK(at.project.patch(path, {{"cidr_block", "10.0.0.0/8"}}).status == 400);
  CHECK(at.change(path, {{"cidr_block", "10.0.0.0/33"}}).status == 400);
  CHECK(at.change(path, {{"cidr_block", "10.0.0.0/8"}}).json()["cidr_block"] == "10.0.0.0/8");
  for (const Json& block : {Json("10.0.0.0"), Json("10.0.0/8"), Json("::/0"), Json(1), Json()}) {
    CAPTURE(block);
    CHECK(at.project.post(kDestinations, range("bad", block)).status == 400);
  }
  CHECK(at.project.erase(path).status == 202);
  CHECK(at.project.get(kDestinations).json()["allowed_outbound_destinations"].empty());
}

TEST_CASE("private path gateways say what is wrong with them") {
  const Works at;
  const std::string good = "crn:v1:bluemix:public:is:eu-de:a/1::private-path-service-gateway:r1";
  const std::string far = "crn:v1:bluemix:public:is:us-east:a/1::private-path-service-gateway:r1";
  const auto reason = [&at](const std::string& name, const std::string& crn) {
    REQUIRE(at.project.post(kDestinations, gateway(name, crn)).status == 201);
    return settled(at.project, kDestinations + ("/" + name),
                   [](const Json& document) { return document["status"] != "deploying"; });
  };
  const Json ready = reason("a", good);
  CHECK(ready["status"] == "ready");
  CHECK(ready["isolation_policy"] == "shared");
  CHECK(ready["status_details"]["private_path_service_gateway"]["id"] == "r1");
  CHECK(ready["status_details"]["endpoint_gateway"]["ips"].size() == 1);
  CHECK(reason("b", far)["status_details"]["reason"] == "private_path_not_in_same_region");
  CHECK(reason("c", "crn:v1:x")["status_details"]["reason"] == "private_path_crn_invalid");
  CHECK(at.change(kDestinations + std::string("/a"), {{"isolation_policy", "dedicated"}})
            .json()["isolation_policy"] == "dedicated");
  CHECK(at.project.post(kDestinations, {{"name", "x"}, {"type", "dns"}}).status == 400);
}

TEST_CASE("a project tells its egress addresses and its state") {
  const Works at;
  const Json addresses = at.project.get("/egress_ips").json();
  CHECK_FALSE(addresses["private"].empty());
  CHECK_FALSE(addresses["public"].empty());
  const Json details = at.project.get("/status_details").json();
  CHECK(details["project"] == "enabled");
  CHECK(details["domain"] == "ready");
  CHECK(details["vpe"] == "ready");
  CHECK(details["cbr"]["data_plane"]["enforcement"] == "none");
  CHECK(details["cbr"]["data_plane"]["inbound_private"] == "allowed");
  CHECK(details["cbr"]["data_plane"]["inbound_public"] == "allowed");
  at.control.post("/ce/projects/" + at.names.at("LOCALCLOUD_PROJECT_A"), {{"status", "inactive"}});
  CHECK(at.project.get("/status_details").json()["project"] == "disabled");
  CHECK(at.project.get("/egress_ips").status == 400);
}

TEST_CASE("data stores are made, read and deleted, never changed") {
  const Works at;
  at.secret("keys", "hmac_auth", {{"access_key_id", "i"}, {"secret_access_key", "s"}});
  at.secret("plain", "generic", {{"k", "v"}});
  const auto store = [&at](const std::string& name, const Json& data) {
    return at.project.post("/persistent_data_stores",
                           {{"name", name}, {"storage_type", "object_storage"}, {"data", data}});
  };
  Json data = {{"bucket_location", "eu-de"}, {"bucket_name", "b"}, {"secret_name", "keys"}};
  const Answer created = store("data", data);
  REQUIRE(created.status == 201);
  CHECK(created.json()["data"] == data);
  CHECK(created.json()["resource_type"] == "persistent_data_store_v2");
  CHECK(created.header("ETag") == created.json()["entity_tag"]);
  CHECK(at.change("/persistent_data_stores/data", data).status == 405);
  data["secret_name"] = "plain";
  CHECK(store("other", data).status == 400);
  data.erase("bucket_name");
  CHECK(store("other", data).status == 400);
  CHECK(at.project.erase("/persistent_data_stores/data").status == 202);
}

#include "hack/localcloud/frame/url.h"
#include "tests/localcloud/rc/order_desk.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

constexpr char kTrial[] = "869c191a-3c2a-4faf-98be-18d48f95ba1f";
constexpr char kStandard[] = "7713c3a8-3be8-4a9a-81bb-ee822fcaac3d";
constexpr char kAll[] = "/v2/resource_instances";

struct Controller : SignedIn, OrderDesk {
  Controller() : OrderDesk(static_cast<const SignedIn&>(*this)) {}

  Json order(const std::string& name, const std::string& plan = kStandard) const {
    return OrderDesk::order(name, plan);
  }
};

}  // namespace

TEST_CASE("a fresh cloud's instances are there, by GUID and by escaped CRN") {
  const Controller at;
  const Json all = at.rc.get(kAll).json();
  CHECK(all["rows_count"] == 4);
  CHECK(all["next_url"].is_null());
  const Json one = at.get(at.seed.sm_instance);
  CHECK(one["id"] == at.seed.sm_crn());
  CHECK(one["region_id"] == "eu-de");
  CHECK(one["state"] == "active");
  CHECK(at.get(localcloud::percent_encode(at.seed.sm_crn()))["guid"] == at.seed.sm_instance);
  CHECK(at.get(at.seed.project_b)["name"] == at.seed.project_b_name);
  CHECK(at.rc.get(std::string(kAll) + "/nothing").json()["error_code"] == "RC-NotFound");
  CHECK(Client(at.rc.base_url()).get(kAll).status == 401);
}

TEST_CASE("an instance is provisioned in time, its last operation in step") {
  const Controller at;
  at.set("rc_provision_ms", 60'000);
  const std::string guid = at.create(at.order("certificates"));
  Json one = at.get(guid);
  CHECK(one["state"] == "provisioning");
  CHECK(one["last_operation"]["state"] == "in progress");
  CHECK(one["last_operation"]["async"] == true);
  CHECK(one["parameters"]["service-endpoints"] == "private-only");
  at.advance(61);
  one = at.get(guid);
  CHECK(one["state"] == "active");
  CHECK(one["last_operation"]["type"] == "create");
  CHECK(one["last_operation"]["state"] == "succeeded");
}

TEST_CASE("an update keeps an instance active while it is in progress") {
  const Controller at;
  const std::string guid = at.create(at.order("certificates"));
  at.advance(1);
  at.set("rc_provision_ms", 60'000);
  const std::string path = std::string(kAll) + "/" + guid;
  const Answer changed = at.rc.patch(
      path, {{"name", "new"}, {"parameters", {{"service-endpoints", "public-and-private"}}}});
  CHECK(changed.status == 200);
  CHECK(changed.json()["state"] == "active");
  CHECK(changed.json()["name"] == "new");
  CHECK(changed.json()["last_operation"]["type"] == "update");
  CHECK(changed.json()["last_operation"]["state"] == "in progress");
  CHECK(changed.json()["parameters"]["service-endpoints"] == "public-and-private");
  at.advance(61);
  CHECK(at.get(guid)["last_operation"]["state"] == "succeeded");
  at.set("rc_update_status", 202);
  CHECK(at.rc.patch(path, {{"name", "newer"}}).status == 202);
  const Answer refused = at.rc.patch(path, {{"parameters", {{"service-endpoints", "all"}}}});
  CHECK(refused.status == 422);
  CHECK(refused.json()["error_code"] == "RC-ServiceBrokerErrorResponse");
}

TEST_CASE("orders that cannot be are refused in the resource controller's shape") {
  const Controller at;
  struct Case {
    const char* member;
    Json value;
  };
  const Case cases[] = {{"name", "no/slash"},    {"name", std::string(181, 'x')},
                        {"name", nullptr},       {"target", "moon"},
                        {"resource_group", "0"}, {"resource_plan_id", "standard"},
                        {"parameters", "x"},     {"allow_cleanup", "yes"}};
  for (const Case& c : cases) {
    CAPTURE(c.member, c.value.dump());
    Json body = at.order("x");
    body[c.member] = c.value;
    const Answer answer = at.rc.post(kAll, body);
    CHECK(answer.status == 400);
    CHECK(answer.json()["error_code"].get<std::string>().rfind("RC-", 0) == 0);
    CHECK(answer.json()["transaction_id"].get<std::string>().rfind("bss-", 0) == 0);
    CHECK(answer.json()["status_code"] == 400);
    CHECK_FALSE(answer.json().contains("errors"));
  }
  at.fault({{"service", "rc"}, {"status", 503}});
  CHECK(at.rc.get(kAll).json()["error_code"] == "RC-ordered_fault");
}

TEST_CASE("the target may be the catalog's deployment") {
  const Controller at;
  Json body = at.order("elsewhere");
  const Json deployments = at.catalog.get(std::string("/") + kStandard + "/deployment").json();
  for (const Json& one : deployments.at("resources")) {
    if (one["metadata"]["deployment"]["location"] == "au-syd") body["target"] = one["catalog_crn"];
  }
  CHECK(at.get(at.create(body))["region_id"] == "au-syd");
}

TEST_CASE("the list shows what is active or provisioning, unless a state is asked for") {
  const Controller at;
  const std::string guid = at.create(at.order("certificates"));
  CHECK(at.count("") == 5);
  CHECK(at.count("?name=certificates&resource_id=ebc0cdb0-af2a-11ea-98c7-29e5db822649") == 1);
  CHECK(at.count("?guid=" + guid + "&type=service_instance") == 1);
  CHECK(at.count("?resource_plan_id=" + std::string(kTrial)) == 0);
  at.rc.erase(std::string(kAll) + "/" + guid);
  CHECK(at.count("") == 4);
  CHECK(at.count("?state=pending_reclamation") == 1);
  CHECK(at.count("?updated_to=2001-01-01T00:00:00Z") == 0);
  CHECK(at.rc.get(std::string(kAll) + "?limit=101").status == 400);
}

TEST_CASE("a page's next_url carries the whole query") {
  const Controller at;
  for (int i = 0; i < 5; ++i) at.create(at.order("page"));
  std::string next = std::string(kAll) + "?name=page&limit=2";
  std::size_t seen = 0;
  std::size_t pages = 0;
  for (; !next.empty(); ++pages) {
    const Json page = at.rc.get(next).json();
    CHECK(page["rows_count"] == page["resources"].size());
    for (const Json& one : page.at("resources")) seen += one["name"] == "page" ? 1U : 0U;
    next = page["next_url"].is_null() ? "" : page["next_url"].get<std::string>();
  }
  CHECK(seen == 5);
  CHECK(pages == 3);
}

TEST_CASE("a deleted instance waits for its reclamation, from which it is restored or removed") {
  const Controller at;
  const std::string guid = at.create(at.order("trial", kTrial));
  const std::string path = std::string(kAll) + "/" + guid;
  CHECK(at.rc.post(kAll, at.order("another", kTrial)).status == 422);
  CHECK(at.rc.erase(path + "?recursive=true").status == 202);
  CHECK(at.get(guid)["state"] == "pending_reclamation");
  CHECK(at.rc.erase(path).status == 410);
  at.set("rc_deleted_status", 404);
  CHECK(at.rc.erase(path).status == 404);
  CHECK(at.rc.post(kAll, at.order("another", kTrial)).status == 422);
  CHECK(at.reclamation(guid, "restore").status == 200);
  CHECK(at.get(guid)["state"] == "active");
  CHECK(at.reclamation_of(guid).empty());
  at.set("rc_delete_status", 204);
  CHECK(at.rc.erase(path).status == 204);
  CHECK(at.reclamation(guid, "reclaim").status == 200);
  CHECK(at.rc.get(path).status == 404);
  CHECK(at.count("?state=removed") == 1);
  CHECK(at.rc.post(kAll, at.order("another", kTrial)).status == 202);
}

TEST_CASE("a reclamation ends by itself after seven days") {
  const Controller at;
  const std::string guid = at.create(at.order("x"));
  at.rc.erase(std::string(kAll) + "/" + guid);
  at.advance(7 * 24 * 3600 + 1);
  const std::string token =
      cloud_client::access_token(at.names.at("CERTLOOP_IAM_URL"), at.names.at("CERTLOOP_API_KEY"));
  const Client later = Client(at.rc.base_url()).bearer(token);
  CHECK(later.get(std::string(kAll) + "/" + guid).status == 404);
  CHECK(later.get("/v1/reclamations").json()["resources"].empty());
}

TEST_CASE("a locked instance is neither changed nor deleted") {
  const Controller at;
  const std::string path = std::string(kAll) + "/" + at.create(at.order("x"));
  CHECK(at.rc.post(path + "/lock").json()["locked"] == true);
  CHECK(at.rc.patch(path, {{"name", "y"}}).status == 422);
  CHECK(at.rc.erase(path).status == 422);
  CHECK(at.rc.erase(path + "/lock").json()["locked"] == false);
  CHECK(at.rc.erase(path).status == 202);
}

TEST_CASE("a new instance of Event Notifications serves until it is deleted") {
  const Controller at;
  const std::string guid =
      at.create(at.order("events", at.plan("event-notifications", "standard")));
  const Client en =
      Client(at.names.at("LOCALCLOUD_EN_URL") + "/v1/instances/" + guid).bearer(at.token);
  CHECK(en.get("/sources").json()["total_count"] == 1);
  at.rc.erase(std::string(kAll) + "/" + guid);
  CHECK(en.get("/sources").status == 404);
}

TEST_CASE("a key of an instance is an API key that works until it is deleted") {
  const Controller at;
  const auto login = [&](const std::string& key) {
    return Client(at.cloud.url())
        .send("POST", "/iam/identity/token", {},
              "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=" + key)
        .status;
  };
  const Answer made =
      at.rc.post("/v2/resource_keys", {{"name", "reader"}, {"source", at.seed.en_instance}});
  REQUIRE(made.status == 201);
  const std::string api_key = made.json()["credentials"]["apikey"];
  const std::string path = "/v2/resource_keys/" + made.json()["guid"].get<std::string>();
  CHECK(login(api_key) == 200);
  CHECK(at.rc.get(path).json()["source_crn"] == at.seed.en_crn());
  CHECK(at.rc
            .get("/v2/resource_keys/" +
                 localcloud::percent_encode(made.json()["id"].get<std::string>()))
            .status == 200);
  CHECK(at.rc.get("/v2/resource_instances/" + at.seed.en_instance + "/resource_keys")
            .json()["rows_count"] == 1);
  CHECK(at.rc.patch(path, {{"name", "writer"}}).json()["name"] == "writer");
  CHECK(at.rc.erase(std::string(kAll) + "/" + at.seed.en_instance).status == 400);
  CHECK(at.rc.erase(path).status == 204);
  CHECK(at.rc.get(path).status == 404);
  CHECK(login(api_key) == 400);
}

TEST_CASE("switch rc_create_status: what an accepted order is answered") {
  const Controller at;
  CHECK(at.rc.post(kAll, at.order("a")).status == 202);
  at.set("rc_create_status", 201);
  CHECK(at.rc.post(kAll, at.order("b")).status == 201);
}

TEST_CASE("switch rc_new_state: what an instance is while it is provisioned") {
  const Controller at;
  at.set("rc_provision_ms", 60'000);
  const std::string guid = at.create(at.order("a"));
  CHECK(at.get(guid)["state"] == "provisioning");
  at.set("rc_new_state", "inactive");
  CHECK(at.get(guid)["state"] == "inactive");
  CHECK(at.count("?name=a") == 0);
}

TEST_CASE("switch rc_provisioning_fails: a new instance ends as failed") {
  const Controller at;
  at.set("rc_provision_ms", 0);
  CHECK(at.get(at.create(at.order("a")))["state"] == "active");
  at.set("rc_provisioning_fails", true);
  const Json failed = at.get(at.create(at.order("b")));
  CHECK(failed["state"] == "failed");
  CHECK(failed["last_operation"]["state"] == "failed");
}

TEST_CASE("switch rc_same_name: whether a name may be taken twice") {
  const Controller at;
  CHECK(at.rc.post(kAll, at.order("a")).status == 202);
  CHECK(at.rc.post(kAll, at.order("a")).status == 202);
  at.set("rc_same_name", false);
  CHECK(at.rc.post(kAll, at.order("a")).status == 409);
}

TEST_CASE("switch rc_one_lite_instance: whether lite is a plan for one instance") {
  const Controller at;
  const std::string lite = at.plan("event-notifications", "lite");
  CHECK(at.rc.post(kAll, at.order("a", lite)).status == 202);
  CHECK(at.rc.post(kAll, at.order("b", lite)).status == 202);
  at.set("rc_one_lite_instance", true);
  CHECK(at.rc.post(kAll, at.order("c", lite)).status == 422);
}

TEST_CASE("resource groups are found under both hosts") {
  const Controller at;
  const std::string path = "/v2/resource_groups?account_id=" + at.seed.account + "&default=true";
  for (const char* service : {"RESOURCE_MANAGER_URL", "RESOURCE_CONTROLLER_URL"}) {
    CAPTURE(service);
    const Client client = Client(at.names.at(service)).bearer(at.token);
    const Json groups = client.get(path).json()["resources"];
    REQUIRE(groups.size() == 1);
    CHECK(groups[0]["id"] == at.seed.resource_group);
    CHECK(groups[0]["default"] == true);
    CHECK(client.get("/v2/resource_groups?name=Other").json()["resources"].empty());
    CHECK(client.get("/v2/resource_groups/" + at.seed.resource_group).json()["name"] == "Default");
    CHECK(client.get("/v2/resource_groups/other").status == 404);
    CHECK(Client(client.base_url()).get(path).status == 401);
  }
}

TEST_CASE("a new Secrets Manager instance answers once it is active, by its private endpoint") {
  const Controller at;
  at.set("rc_provision_ms", 60'000);
  const std::string guid = at.create(at.order("second"));
  const std::string sm = at.names.at("LOCALCLOUD_URL");
  const Client by_private = Client(sm + "/sm/private/" + guid + "/api/v2").bearer(at.token);
  const Client by_public = Client(sm + "/sm/" + guid + "/api/v2").bearer(at.token);
  CHECK(by_private.get("/secrets").status == 404);
  at.advance(60);
  CHECK(by_private.get("/secrets").status == 200);
  CHECK(by_public.get("/secrets").status == 404);

  SECTION("it holds secrets of its own") {
    const Json secret{{"secret_type", "arbitrary"}, {"name", "one"}, {"payload", "x"}};
    const Json made = by_private.post("/secrets", secret).json();
    CHECK(made["crn"].get<std::string>().find(guid) != std::string::npos);
    const Json page = by_private.get("/secrets").json();
    CHECK(page["total_count"] == 1);
    CHECK(page["first"]["href"].get<std::string>().find("/sm/private/" + guid + "/api/v2") !=
          std::string::npos);
    const Client seeds = Client(at.names.at("LOCALCLOUD_SM_URL") + "/api/v2").bearer(at.token);
    CHECK(seeds.get("/secrets").json()["total_count"] == 0);
  }
  SECTION("a public endpoint may be added") {
    const Json both{{"parameters", {{"service-endpoints", "public-and-private"}}}};
    CHECK(at.rc.patch(std::string(kAll) + "/" + guid, both).status == 200);
    CHECK(by_public.get("/secrets").status == 200);
  }
  SECTION("it is silent while it is deleted") {
    CHECK(at.rc.erase(std::string(kAll) + "/" + guid).status == 202);
    CHECK(by_private.get("/secrets").status == 404);
  }
}

#include <algorithm>

#include "hack/localcloud/frame/url.h"
#include "tests/localcloud/rc/order_desk.h"
#include "tests/localcloud/run/stage.h"
#include "tests/localcloud/run/workshop.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

// Who uses both: orders projects at the resource controller, and works with them in Code Engine.
struct Both : SignedIn, OrderDesk {
  Both() : OrderDesk(static_cast<const SignedIn&>(*this)) {}

  std::string standard = plan("codeengine", "standard");

  Json order(const std::string& name, const std::string& region = "eu-de") const {
    return OrderDesk::order(name, standard, region);
  }
  Answer refused(const Json& body) const { return rc.post("/v2/resource_instances", body); }
  // The id of a project made at Code Engine in the first region.
  std::string make(const std::string& name) const {
    const Answer made = region_a.post("/projects", {{"name", name}});
    if (made.status != 202) throw std::runtime_error(made.body);
    return made.json()["id"];
  }
  static std::string project_path(const std::string& id) { return "/projects/" + id; }
  Json project_of(const std::string& id) const { return region_a.get(project_path(id)).json(); }
  std::string secret_of(const std::string& id) const {
    const Answer answer = region_a.get(project_path(id) + "/secrets/words");
    return answer.status == 200 ? answer.json()["data"].value("word", "") : "";
  }
  // A project that is active and has a secret.
  std::string filled_project() const {
    set("rc_provision_ms", 0);
    const std::string id = create(order("full"));
    const Json secret{{"name", "words"}, {"format", "generic"}, {"data", {{"word", "kept"}}}};
    if (region_a.post(project_path(id) + "/secrets", secret).status != 201)
      throw std::runtime_error(id);
    return id;
  }
};

void check_broker_says(const Answer& answer, const std::string& message) {
  CHECK(answer.status == 422);
  CHECK(answer.json()["error_code"] == "RC-ServiceBrokerErrorResponse");
  CHECK(answer.json()["message"] == message);
}

}  // namespace

TEST_CASE("an ordered project is served in its region, preparing while it is provisioned") {
  const Both at;
  at.set("rc_provision_ms", 60'000);
  const std::string id = at.create(at.order("till"));
  const Json project = at.project_of(id);
  CHECK(project["id"] == id);
  CHECK(project["name"] == "till");
  CHECK(project["region"] == "eu-de");
  CHECK(project["resource_group_id"] == at.seed.resource_group);
  CHECK(project["crn"] == at.get(id)["crn"]);
  CHECK(project["created_at"] == at.get(id)["created_at"]);
  CHECK(project["status"] == "preparing");
  CHECK(at.region_a.get(Both::project_path(id) + "/secrets").status == 400);
  CHECK(at.region_b.get(Both::project_path(id)).status == 404);
  CHECK(at.region_a.get("/projects").json()["projects"].size() == 2);
  at.advance(61);
  CHECK(at.project_of(id)["status"] == "active");
  CHECK(at.region_a.get(Both::project_path(id) + "/secrets").status == 200);
}

TEST_CASE("an ordered project needs a name that is free in its region, and a project's") {
  const Both at;
  check_broker_says(at.refused(at.order("shop")),
                    "[409, Conflict] A project of this name exists already.");
  check_broker_says(at.refused(at.order(std::string(129, 'x'))),
                    "[400, Bad Request] The name of the project is not valid.");
  CHECK(at.count("?name=shop") == 1);
  at.create(at.order("shop", "us-south"));
  at.create(at.order("till"));
  CHECK(at.region_a.post("/projects", {{"name", "till"}}).status == 409);
  CHECK(at.refused(at.order("till")).status == 422);
}

TEST_CASE("an ordered project takes from the region's quota") {
  const Both at;
  for (int i = 1; i < 20; ++i) at.create(at.order("p" + std::to_string(i)));
  check_broker_says(at.refused(at.order("p20")),
                    "[403, Forbidden] The region has reached its quota of 20 projects.");
  CHECK(at.region_a.post("/projects", {{"name", "p20"}}).status == 403);
  CHECK(at.region_b.post("/projects", {{"name", "p20"}}).status == 202);
  at.create(at.order("p21", "us-south"));
}

TEST_CASE("an ordered project whose provisioning fails is one whose creation failed") {
  const Both at;
  at.set("rc_provision_ms", 60'000);
  at.set("rc_provisioning_fails", true);
  const std::string id = at.create(at.order("till"));
  CHECK(at.project_of(id)["status"] == "preparing");
  at.advance(61);
  CHECK(at.get(id)["state"] == "failed");
  CHECK(at.project_of(id)["status"] == "creation_failed");
  CHECK(at.region_a.get(Both::project_path(id) + "/secrets").status == 400);
}

TEST_CASE("a project made at Code Engine is an instance") {
  const Both at;
  at.set("ce_project_start_ms", 60'000);
  const Json project = at.region_a.post("/projects", {{"name", "till"}}).json();
  const std::string id = project["id"];
  Json instance = at.get(id);
  CHECK(instance["guid"] == id);
  CHECK(instance["crn"] == project["crn"]);
  CHECK(instance["name"] == "till");
  CHECK(instance["region_id"] == "eu-de");
  CHECK(instance["resource_plan_id"] == at.standard);
  CHECK(instance["resource_group_id"] == project["resource_group_id"]);
  CHECK(instance["created_at"] == project["created_at"]);
  CHECK(instance["state"] == "provisioning");
  CHECK(at.get(localcloud::percent_encode(project["crn"].get<std::string>()))["guid"] == id);
  CHECK(at.count("?name=till&resource_plan_id=" + at.standard) == 1);
  at.advance(61);
  instance = at.get(id);
  CHECK(instance["state"] == "active");
  CHECK(instance["last_operation"]["state"] == "succeeded");
  CHECK(at.project_of(id)["status"] == "active");
}

TEST_CASE("the projects of a fresh cloud are the same in both") {
  const Both at;
  CHECK(at.count("?resource_plan_id=" + at.standard) == 2);
  const Json project = at.project_of(at.seed.project_a);
  const Json instance = at.get(at.seed.project_a);
  CHECK(instance["crn"] == at.seed.project_a_crn());
  CHECK(project["crn"] == instance["crn"]);
  CHECK(project["name"] == instance["name"]);
  CHECK(project["created_at"] == instance["created_at"]);
  CHECK(at.get(at.seed.project_b)["crn"] == at.seed.project_b_crn());
}

TEST_CASE("a project deleted at Code Engine waits for its reclamation and can be restored") {
  const Both at;
  const std::string id = at.filled_project();
  CHECK(at.region_a.erase(Both::project_path(id)).status == 202);
  CHECK(at.get(id)["state"] == "pending_reclamation");
  CHECK_FALSE(at.reclamation_of(id).empty());
  CHECK(at.region_a.erase(Both::project_path(id)).status == 202);
  CHECK(at.rc.erase(Both::path(id)).status == 410);
  CHECK(at.reclamation(id, "restore").status == 200);
  CHECK(at.get(id)["state"] == "active");
  CHECK(at.project_of(id)["status"] == "active");
  CHECK(at.secret_of(id) == "kept");
  CHECK(at.region_a.erase(Both::project_path(id)).status == 202);
  CHECK(at.project_of(id)["status"] == "soft_deleted");
}

TEST_CASE("an instance deleted at the resource controller is a soft-deleted project") {
  const Both at;
  const std::string id = at.filled_project();
  CHECK(at.rc.erase(Both::path(id)).status == 202);
  CHECK(at.project_of(id)["status"] == "soft_deleted");
  CHECK(at.region_a.get(Both::project_path(id) + "/secrets").status == 400);
  CHECK(at.region_a.post("/projects", {{"name", "full"}}).status == 409);
  CHECK(at.refused(at.order("full")).status == 422);
  CHECK(at.reclamation(id, "restore").status == 200);
  CHECK(at.secret_of(id) == "kept");
}

TEST_CASE("a reclaimed project is gone for both, and its name is free") {
  const Both at;
  const std::string id = at.filled_project();
  at.region_a.erase(Both::project_path(id));
  CHECK(at.reclamation(id, "reclaim").status == 200);
  CHECK(at.region_a.get(Both::project_path(id)).status == 404);
  CHECK(at.region_a.get("/projects").json()["projects"].size() == 1);
  CHECK(at.rc.get(Both::path(id)).status == 404);
  CHECK(at.count("?state=removed&guid=" + id) == 1);
  CHECK(at.make("full") != id);
}

TEST_CASE("a deleted project is gone for both after seven days") {
  const Both at;
  at.set("token_life_seconds", 30 * 86'400);
  const auto token =
      cloud_client::access_token(at.names.at("CERTLOOP_IAM_URL"), at.names.at("CERTLOOP_API_KEY"));
  const auto engine = cloud_client::Client(at.region_a.base_url()).bearer(token);
  const auto rc = cloud_client::Client(at.rc.base_url()).bearer(token);
  const std::string id = at.make("till");
  at.region_a.erase(Both::project_path(id));
  at.advance(7 * 86'400 - 60);
  CHECK(engine.get(Both::project_path(id)).json()["status"] == "soft_deleted");
  CHECK(rc.get(Both::path(id)).json()["state"] == "pending_reclamation");
  at.advance(61);
  CHECK(engine.get(Both::project_path(id)).status == 404);
  CHECK(rc.get(Both::path(id)).status == 404);
}

TEST_CASE("a locked project is deleted by neither") {
  const Both at;
  const std::string id = at.make("till");
  CHECK(at.rc.post(Both::path(id) + "/lock").status == 200);
  CHECK(at.rc.erase(Both::path(id)).status == 422);
  const Answer refused = at.region_a.erase(Both::project_path(id));
  CHECK(refused.status == 409);
  CHECK(refused.json()["errors"][0]["code"] == "conflict");
  CHECK(at.project_of(id)["status"] != "soft_deleted");
  CHECK(at.rc.erase(Both::path(id) + "/lock").status == 200);
  CHECK(at.region_a.erase(Both::project_path(id)).status == 202);
}

TEST_CASE("a project is renamed at the resource controller, to a name that is free") {
  const Both at;
  const std::string id = at.make("till");
  const auto rename = [&](const std::string& name) {
    return at.rc.patch(Both::path(id), {{"name", name}});
  };
  CHECK(rename("counter").status == 200);
  CHECK(at.project_of(id)["name"] == "counter");
  CHECK(at.region_a.post("/projects", {{"name", "counter"}}).status == 409);
  CHECK(rename("counter").status == 200);
  check_broker_says(rename("shop"), "[409, Conflict] A project of this name exists already.");
  CHECK(at.get(id)["name"] == "counter");
  CHECK(rename("till").status == 200);
  CHECK(at.region_a.post("/projects", {{"name", "counter"}}).status == 202);
}

TEST_CASE("the apps of a restored project run again") {
  const Stage at;
  const OrderDesk desk(at);
  at.app("shop");
  const pid_t process = std::stoi(at.visit("shop", "/pid").body);
  CHECK(desk.rc.erase(OrderDesk::path(desk.seed.project_a)).status == 202);
  CHECK(gone(process));
  CHECK(at.visit("shop").status == 404);
  CHECK(desk.reclamation(desk.seed.project_a, "restore").status == 200);
  const pid_t another = std::stoi(at.visit("shop", "/pid").body);
  CHECK(another != process);
  CHECK(at.ready_app("shop")["status_details"]["latest_ready_revision"] == "shop-00001");
  CHECK(at.instances("shop", 1).at(0)["status"] == "running");
}

TEST_CASE("a job run that its project's deletion cut off begins anew when that is restored") {
  const Workshop at;
  const OrderDesk desk(at);
  REQUIRE(at.run("slow", std::string("echo started; ") + Workshop::kWait).status == 202);
  REQUIRE(at.prints("slow", "slow-0-0 started"));
  CHECK(desk.rc.erase(OrderDesk::path(desk.seed.project_a)).status == 202);
  CHECK(desk.reclamation(desk.seed.project_a, "restore").status == 200);
  at.open_gate();
  CHECK(at.finished("slow")["status"] == "completed");
  const auto lines = at.printed("slow");
  CHECK(std::count(lines.begin(), lines.end(), "slow-0-0 started") == 2);
}

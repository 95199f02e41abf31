#include <set>

#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using localcloud::JobRunOrder;
using stage::Json;
using stage::Reply;
using stage::Stage;

namespace {

const Json kJob = {{"type", "job"},
                   {"project_crn", "crn:v1:bluemix:public:codeengine:eu-de:a/1:p::"},
                   {"job_name", "nightly"}};

// Keeps the orders; answers with one status.
struct FakeCodeEngine : localcloud::JobStarter {
  localcloud::Response start_job_run(const JobRunOrder& order) override {
    orders.push_back(order);
    return localcloud::Response::json(status, Json::object());
  }
  int status = 202;
  std::vector<JobRunOrder> orders{};
};

struct FakeAuthorizations : localcloud::Authorizations {
  bool allows(const std::string& source, const std::string& target,
              const std::string& role) const override {
    return role == "Event Source Manager" ||
           (source == localcloud::Seed{}.en_crn() && target == kJob.at("project_crn") &&
            roles.contains(role));
  }
  std::set<std::string> roles{"Viewer", "Writer"};
};

struct JobStage : Stage {
  JobStage() {
    world.jobs = &code_engine;
    world.authorizations = &authorizations;
  }
  void happen(const std::string& secret) {
    publish(secret);
    notifications.flush();
    scheduler.advance(0s);
  }
  // The only subscription has a template of this text from now on.
  void use_template(const std::string& base64) {
    const Reply made = call("POST", "/templates",
                            {{"name", base64.substr(0, 8)},
                             {"type", "ibmcejob.notification"},
                             {"params", {{"body", base64}}}});
    const Json all = call("GET", "/subscriptions").body.at("subscriptions");
    const Reply changed =
        call("PATCH", "/subscriptions/" + all.at(0).at("id").get<std::string>(),
             {{"attributes", {{"template_id_notification", made.body.at("id")}}}});
    REQUIRE(changed.status == 200);
  }
  Reply make(const Json& params) {
    return send(
        "POST", "/destinations",
        forms::go({{"name", "d"}, {"type", "ibmce"}, {"config", Json{{"params", params}}.dump()}}));
  }

  FakeCodeEngine code_engine{};
  FakeAuthorizations authorizations{};
};

}  // namespace

TEST_CASE("each notification starts one run, with the event in ibmendata") {
  JobStage stage;
  stage.subscribe("s", kJob);
  stage.happen("a");
  stage.happen("b");
  REQUIRE(stage.code_engine.orders.size() == 2);
  const JobRunOrder& order = stage.code_engine.orders[1];
  CHECK(order.project_crn == kJob["project_crn"]);
  CHECK(order.job_name == "nightly");
  CHECK(order.parameters.empty());
  const Json event = Json::parse(order.variables.at("ibmendata"));
  CHECK(event["data"]["secrets"][0]["secret_name"] == "b");
  CHECK(event["type"] == "com.ibm.cloud.secrets-manager.secret_rotated");
  CHECK(event.contains("notification_id"));
  CHECK(stage.outbound.sent.empty());
  CHECK(stage.notifications.deliveries()["delivered"] == 2);
  CHECK(stage.delivery(0)["status"] == 200);
}

TEST_CASE("a template gives the parameters of the run") {
  JobStage stage;
  stage.subscribe("s", kJob);
  // {"scale_retry_limit":1,"run_arguments":["{{data.event_type}}"]}
  stage.use_template(
      "eyJzY2FsZV9yZXRyeV9saW1pdCI6MSwicnVuX2FyZ3VtZW50cyI6WyJ7e2RhdGEuZXZlbnRfdHlwZX19Il19");
  stage.happen("a");
  REQUIRE(stage.code_engine.orders.size() == 1);
  const Json expected = {{"scale_retry_limit", 1},
                         {"run_arguments", Json::array({"secret_rotated"})}};
  CHECK(stage.code_engine.orders[0].parameters == expected);
  CHECK(stage.code_engine.orders[0].variables.empty());
  stage.set("en_job_template_with_event", true);
  stage.happen("b");
  CHECK(stage.code_engine.orders.at(1).parameters == expected);
  CHECK(stage.code_engine.orders.at(1).variables.contains("ibmendata"));
}

TEST_CASE("a template that gives no JSON object starts nothing, and the notification is lost") {
  JobStage stage;
  stage.subscribe("s", kJob);
  stage.use_template("e3tkYXRhLmV2ZW50X3R5cGV9fSAh");  // {{data.event_type}} !
  stage.happen("a");
  stage.scheduler.advance(1h);
  CHECK(stage.code_engine.orders.empty());
  CHECK(stage.delivery(0)["outcome"] == "lost");
  CHECK(stage.delivery(0)["status"] == 400);
}

TEST_CASE("a run that cannot be started is tried as any delivery is") {
  JobStage stage;
  stage.subscribe("s", kJob);
  stage.code_engine.status = 503;
  stage.happen("a");
  CHECK(stage.code_engine.orders.size() == 1);
  stage.scheduler.advance(1s);
  CHECK(stage.code_engine.orders.size() == 2);
  stage.scheduler.advance(1h);
  CHECK(stage.code_engine.orders.size() == 4);
  CHECK(stage.delivery(0)["outcome"] == "lost");
  CHECK(stage.delivery(0)["status"] == 503);
  CHECK(stage.notifications.deliveries()["lost"] == 1);
}

TEST_CASE("a job is a destination only with an authorization for its project") {
  JobStage stage;
  Json elsewhere = kJob;
  elsewhere["project_crn"] = "crn:v1:bluemix:public:codeengine:eu-de:a/1:q::";
  CHECK(stage.make(elsewhere).status == 403);
  for (const char* missing : {"Viewer", "Writer"}) {
    CAPTURE(missing);
    stage.authorizations.roles = {"Viewer", "Writer"};
    stage.authorizations.roles.erase(missing);
    const Reply refused = stage.make(kJob);
    CHECK(refused.status == 403);
    CHECK(stage::error_code(refused) == "forbidden");
  }
  CHECK(stage.make(stage::application()).status == 201);
  stage.set("en_unauthorized_job_status", 400);
  CHECK(stage.make(kJob).status == 400);
}

TEST_CASE("an authorization that is taken away stops the runs") {
  JobStage stage;
  const std::string id = stage.subscribe("s", kJob);
  stage.authorizations.roles.clear();
  stage.happen("a");
  stage.scheduler.advance(1h);
  CHECK(stage.code_engine.orders.empty());
  CHECK(stage.delivery(0)["outcome"] == "lost");
  CHECK(stage.delivery(0)["status"] == 403);
  const auto form = forms::go({{"config", Json{{"params", kJob}}.dump()}});
  CHECK(stage.send("PATCH", "/destinations/" + id, form).status == 403);
}

#include "tests/localcloud/en/forms.h"
#include "tests/localcloud/run/workshop.h"
#include "tests/support/authorization.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

struct Events : Workshop {
  Client en =
      Client(names.at("LOCALCLOUD_EN_URL") + "/v1/instances/" + names.at("LOCALCLOUD_EN_INSTANCE"))
          .bearer(token);
  localcloud::Seed seed{};

  // A job that runs `script`, and has a variable of its own.
  void job(const std::string& script) const {
    const Json variable = {{"name", "OWN"}, {"value", "kept"}};
    REQUIRE(project
                .post("/jobs", {{"name", "batch"},
                                {"image_reference", "icr.io/shop/batch"},
                                {"run_env_variables", Json::array({variable})},
                                {"run_arguments", Json::array({script})}})
                .status == 201);
  }
  void authorize() const {
    REQUIRE(Client(names.at("CERTLOOP_IAM_URL"))
                .bearer(token)
                .post("/v2/policies",
                      cloud_client::authorization(seed.account, "event-notifications", "codeengine",
                                                  {"role:Viewer", "serviceRole:Writer"}))
                .status == 201);
  }
  Answer destination() const {
    const Json params = {
        {"type", "job"}, {"project_crn", seed.project_a_crn()}, {"job_name", "batch"}};
    const forms::Form form = forms::go(
        {{"name", "job"}, {"type", "ibmce"}, {"config", Json{{"params", params}}.dump()}});
    return en.send("POST", "/destinations", {{"Content-Type", form.content_type}}, form.body);
  }
  // The name of the only run of the job, once it is finished.
  std::string only_run() const {
    const Json page = settled(project, "/job_runs",
                              [](const Json& runs) { return runs.at("job_runs").size() == 1; });
    const std::string name = page.at("job_runs").at(0).at("name");
    CHECK(finished(name)["status"] == "completed");
    return name;
  }
  void check_vanishes_after_ten_minutes(const std::string& run) const {
    advance(9 * 60);
    CHECK(project.get("/job_runs/" + run).status == 200);
    advance(70);
    CHECK(project.get("/job_runs/" + run).status == 404);
  }
  Answer cron(const Json& body) const {
    return control.post("/ce/projects/" + seed.project_a + "/cron/tick", body);
  }
};

}  // namespace

TEST_CASE("a notification starts a run of its job, which vanishes after ten minutes") {
  const Events at;
  at.job("echo $OWN $ibmendata");
  CHECK(at.destination().status == 403);
  at.authorize();
  const Answer made = at.destination();
  REQUIRE(made.status == 201);
  const std::string id = made.json()["id"];
  REQUIRE(at.en.post("/destinations/" + id + "/test").status < 300);
  const std::string run = at.only_run();
  const std::string line = at.printed(run).at(0);
  REQUIRE(line.find(run + "-0-0 kept {") == 0);
  CHECK(Json::parse(line.substr(line.find('{')))["type"] ==
        "com.ibm.cloud.event-notifications.destination_test");
  const Json deliveries = at.control.get("/deliveries").json();
  CHECK(deliveries["delivered"] == 1);
  CHECK(deliveries["deliveries"][0]["status"] == 200);
  at.check_vanishes_after_ten_minutes(run);
}

TEST_CASE("a job that is not there refuses the notification") {
  const Events at;
  at.set("delivery_retry_first_ms", 0);
  at.authorize();
  const std::string id = at.destination().json()["id"];
  at.en.post("/destinations/" + id + "/test");
  const Json deliveries =
      settled(at.control, "/deliveries", [](const Json& all) { return all.at("lost") == 1; });
  CHECK(deliveries["deliveries"][0]["status"] == 404);
  CHECK(deliveries["deliveries"][0]["attempts"] == 4);
}

TEST_CASE("a cron event starts a run of a job, which vanishes after ten minutes") {
  const Events at;
  at.job(
      "echo $OWN $CE_DATA $CE_TYPE $CE_SOURCE $CE_SPECVERSION $CONTENT_TYPE $CE_COLOUR; "
      "echo $CE_ID $CE_TIME");
  const Answer fired = at.cron({{"destination", {{"type", "job"}, {"name", "batch"}}},
                                {"data", "go"},
                                {"content_type", "text/plain"},
                                {"extensions", {{"colour", "red"}, {"type", "mine"}}}});
  REQUIRE(fired.status == 202);
  const std::string run = fired.json()["job_run"];
  CHECK(at.only_run() == run);
  const auto lines = at.printed(run);
  REQUIRE(lines.size() == 2);
  const std::string instance = run + "-0-0 ";
  CHECK(lines[0].starts_with(instance + "kept go mine /apis/v1/namespaces/"));
  CHECK(lines[0].ends_with("/pingsources/tick 1.0 text/plain red"));
  const std::string told = lines[1].substr(instance.size());
  CHECK(told.starts_with(fired.json()["id"].get<std::string>() + " 20"));
  CHECK(told.ends_with("000Z"));
  at.check_vanishes_after_ten_minutes(run);
}

TEST_CASE("a cron event is a request to an app by the ingress") {
  const Events at;
  const Answer fired =
      at.cron({{"destination", {{"type", "app"}, {"name", "shop"}}}, {"path", "/tick?now=1"}});
  REQUIRE(fired.status == 202);
  CHECK(fired.json()["id"].get<std::string>().size() == 36);
  const Json journal = settled(at.control, "/journal?service=app",
                               [](const Json& all) { return !all.at("entries").empty(); });
  REQUIRE(journal["entries"].size() == 1);
  CHECK(journal["entries"][0]["method"] == "POST");
  CHECK(journal["entries"][0]["path"] == "/app/" + at.seed.project_a + "/shop/tick");
}

TEST_CASE("cron events that cannot be are refused") {
  const Events at;
  const Json app = {{"type", "app"}, {"name", "shop"}};
  struct Case {
    std::string what;
    Json body;
    int status = 400;
  };
  const Case cases[] = {
      {"no destination", Json::object()},
      {"a function", {{"destination", {{"type", "function"}, {"name", "f"}}}}},
      {"no name", {{"destination", {{"type", "app"}}}}},
      {"a relative path", {{"destination", app}, {"path", "tick"}}},
      {"a path of two lines", {{"destination", app}, {"path", "/a\r\nb"}}},
      {"too much data", {{"destination", app}, {"data", std::string(4097, 'x')}}},
      {"a type of two lines", {{"destination", app}, {"content_type", "a\r\nb"}}},
      {"an attribute in capitals", {{"destination", app}, {"extensions", {{"Colour", "red"}}}}},
      {"a value of two lines", {{"destination", app}, {"extensions", {{"colour", "r\nd"}}}}},
      {"an unknown job", {{"destination", {{"type", "job"}, {"name", "none"}}}}, 404},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(at.cron(c.body).status == c.status);
  }
  CHECK(at.control.post("/ce/projects/none/cron/tick", {{"destination", app}}).status == 404);
}

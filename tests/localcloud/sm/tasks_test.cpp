#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

Json custom(const Json& more = Json::object()) {
  Json body{{"secret_type", "custom_credentials"},
            {"name", "database"},
            {"configuration", "my-job"},
            {"parameters", {{"user", "me"}}}};
  body.update(more);
  return body;
}

Json only_task(const House& house, const Json& secret) {
  const Json tasks = house.get(House::path(secret, "/tasks")).at("tasks");
  REQUIRE(tasks.size() == 1);
  return tasks.at(0);
}

Answer put(const House& house, const Json& secret, const Json& task, const Json& body) {
  return house.client().put(House::path(secret, "/tasks/" + task.at("id").get<std::string>()),
                            body);
}

std::vector<std::string> types(House& house) {
  std::vector<std::string> all;
  for (const auto& event : house.events()) all.push_back(event.event_type);
  return all;
}

Json done() {
  return {{"status", "credentials_created"},
          {"credentials", {{"id", "c1"}, {"payload", {{"password", "swordfish"}}}}}};
}

TEST_CASE("custom credentials come by a task that the cloud does", "[sm]") {
  House house;
  const Json secret = house.create(custom());
  CHECK(secret.at("state") == 0);
  CHECK(secret.at("task_count") == 1);
  CHECK_FALSE(secret.contains("credentials_content"));
  const Json task = only_task(house, secret);
  CHECK(task.at("status") == "processing");
  CHECK(task.at("type") == "create_credentials");
  CHECK(task.at("trigger") == "secret_creation");
  CHECK(secret.at("processing_task_id") == task.at("id"));
  const auto begun = house.only_event();
  CHECK(begun.event_type == "secret_task_created");
  CHECK(begun.secret.at("task_id") == task.at("id"));
  CHECK(begun.secret.at("task_trigger") == "secret_creation");
  CHECK(begun.secret.at("task_type") == "create_credentials");
  CHECK(begun.secret.at("secret_status") == "pre_activation");

  REQUIRE(house.run_orders() == 1);
  CHECK(types(house) == std::vector<std::string>{"secret_task_succeeded", "secret_created"});
  const Json active = house.get(House::path(secret));
  CHECK(active.at("state") == 1);
  CHECK(active.at("credentials_content").contains("password"));
  CHECK_FALSE(active.contains("processing_task_id"));
  CHECK(only_task(house, secret).at("status") == "credentials_created");
}

TEST_CASE("a job puts the credentials that it made", "[sm]") {
  House house;
  house.set("custom_credentials_job", "waits");
  const Json secret = house.create(custom({{"ttl", "1d"}}));
  CHECK(house.run_orders() == 0);
  const Json task = only_task(house, secret);
  for (const Json& wrong :
       {Json::object(), Json{{"status", "queued"}}, Json{{"status", "credentials_deleted"}},
        Json{{"status", "credentials_created"}}, Json{{"status", "failed"}},
        Json{{"status", "credentials_created"}, {"credentials", {{"id", "c1"}}}}}) {
    INFO(wrong.dump());
    CHECK(put(house, secret, task, wrong).status == 400);
  }
  const Answer reported = put(house, secret, task, done());
  REQUIRE(reported.status == 200);
  CHECK(reported.json().at("status") == "credentials_created");
  const Json active = house.get(House::path(secret));
  CHECK(active.at("credentials_content") == Json{{"password", "swordfish"}});
  CHECK(active.contains("expiration_date"));
  CHECK(house.get(House::path(secret, "/versions/current")).at("credentials_id") == "c1");
  CHECK(put(house, secret, task, done()).status == 400);
}

TEST_CASE("a failed task leaves the secret as it was", "[sm]") {
  House house;
  house.set("custom_credentials_job", "waits");
  const Json secret = house.create(custom());
  const Json failed{{"status", "failed"},
                    {"errors", Json::array({{{"code", "e1"}, {"description", "no"}}})}};
  REQUIRE(put(house, secret, only_task(house, secret), failed).status == 200);
  const Json dead = house.metadata(secret);
  CHECK(dead.at("state") == 3);
  CHECK(dead.at("last_failed_task_id") == only_task(house, secret).at("id"));
  CHECK(only_task(house, secret).at("errors") == failed.at("errors"));

  const Json second = house.create(custom({{"name", "second"}}));
  put(house, second, only_task(house, second), done());
  house.events();
  const Json version = house.rotate(second, Json::object());
  CHECK(version.at("payload_available") == false);
  const Json tasks = house.get(House::path(second, "/tasks")).at("tasks");
  CHECK(tasks.at(1).at("trigger") == "manual_secret_rotation");
  CHECK(put(house, second, tasks.at(1), failed).status == 200);
  CHECK(types(house) == std::vector<std::string>{"secret_task_created", "secret_task_failed",
                                                 "secret_rotation_failed"});
  const Json after = house.get(House::path(second));
  CHECK(after.at("state") == 1);
  CHECK(after.at("last_rotation_failed") == true);
  CHECK(after.at("credentials_content") == Json{{"password", "swordfish"}});
}

TEST_CASE("tasks of one secret wait for each other", "[sm]") {
  House house;
  house.set("custom_credentials_job", "waits");
  const Json secret = house.create(custom());
  put(house, secret, only_task(house, secret), done());
  house.rotate(secret, Json::object());
  house.rotate(secret, Json::object());
  CHECK(house.metadata(secret).at("queued_task_count") == 1);
  const Json tasks = house.get(House::path(secret, "/tasks")).at("tasks");
  CHECK(tasks.at(1).at("status") == "processing");
  CHECK(tasks.at(2).at("status") == "queued");
  put(house, secret, tasks.at(1), done());
  CHECK(house.get(House::path(secret, "/tasks/" + tasks.at(2).at("id").get<std::string>()))
            .at("status") == "processing");
}

TEST_CASE("a task that takes too long fails", "[sm]") {
  House house;
  house.set("custom_credentials_job", "waits");
  house.client().post("/configurations", {{"config_type", "custom_credentials_configuration"},
                                          {"name", "my-job"},
                                          {"task_timeout", "5m"},
                                          {"code_engine",
                                           {{"job_name", "job"},
                                            {"project_id", "15314cc3-85b4-4338-903f-c28cdee6d005"},
                                            {"region", "eu-de"}}}});
  const Json secret = house.create(custom());
  house.advance(std::chrono::minutes(4));
  CHECK(only_task(house, secret).at("status") == "processing");
  house.advance(std::chrono::minutes(2));
  CHECK(only_task(house, secret).at("status") == "failed");
}

TEST_CASE("a task to delete credentials takes the version's data", "[sm]") {
  House house;
  const Json secret = house.create(custom());
  house.run_orders();
  house.events();
  CHECK(house.client().erase(House::path(secret, "/versions/current/secret_data")).status == 204);
  CHECK(house.get(House::path(secret, "/versions/current")).at("payload_available") == true);
  CHECK(house.client().erase(House::path(secret)).status == 409);
  REQUIRE(house.run_orders() == 1);
  CHECK(types(house) == std::vector<std::string>{"secret_task_created", "secret_deletion_failed",
                                                 "secret_task_succeeded",
                                                 "secret_version_data_deleted",
                                                 "secret_data_removed"});
  CHECK(house.get(House::path(secret, "/versions/current")).at("payload_available") == false);
}

TEST_CASE("force deletes a secret whose task is under way", "[sm]") {
  House house;
  house.set("custom_credentials_job", "waits");
  const Json secret = house.create(custom());
  house.events();
  CHECK(house.client().erase(House::path(secret)).status == 409);
  const auto failed = house.only_event();
  CHECK(failed.event_type == "secret_deletion_failed");
  CHECK(failed.severity == "HIGH");
  CHECK(failed.secret.at("failure_reason") == "A task of the secret is under way.");
  CHECK(house.client().erase(House::path(secret, "?force_delete=true")).status == 204);
  CHECK(house.only_event().event_type == "secret_deleted");
}

TEST_CASE("a task is deleted, and an unknown one is not there", "[sm]") {
  House house;
  house.set("custom_credentials_job", "fails");
  const Json secret = house.create(custom());
  REQUIRE(house.run_orders() == 1);
  CHECK(house.metadata(secret).at("state") == 3);
  house.events();
  const std::string path =
      House::path(secret, "/tasks/" + only_task(house, secret).at("id").get<std::string>());
  CHECK(house.client().erase(path).status == 204);
  CHECK(house.only_event().event_type == "secret_task_deleted");
  CHECK(house.client().get(path).status == 404);
  CHECK(house.client().erase(path).status == 404);
  CHECK(house.get(House::path(secret, "/tasks")).at("tasks").empty());
}

TEST_CASE("custom credentials need their configuration where it is asked for", "[sm]") {
  House house;
  house.set("unknown_configurations_pass", false);
  CHECK(house.client().post("/secrets", custom()).status == 400);
}

}  // namespace
}  // namespace sm_tests

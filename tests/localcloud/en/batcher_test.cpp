#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using stage::application;
using stage::Json;
using stage::Stage;

TEST_CASE("events wait for the interval and then go out together") {
  Stage stage;
  stage.subscribe("s", application());
  stage.publish("a");
  stage.scheduler.advance(60s);
  stage.publish("b");
  stage.scheduler.advance(29s);
  CHECK(stage.outbound.sent.empty());
  stage.scheduler.advance(1s);
  REQUIRE(stage.outbound.sent.size() == 1);
  const Json secrets = stage.body(0)["data"]["secrets"];
  REQUIRE(secrets.size() == 2);
  CHECK(secrets[0]["secret_name"] == "a");
  CHECK(secrets[1]["secret_name"] == "b");
}

TEST_CASE("a flush sends at once and the next event gets a whole interval of its own") {
  Stage stage;
  stage.subscribe("s", application());
  stage.publish("a");
  stage.scheduler.advance(60s);
  CHECK(stage.notifications.flush() == Json{{"dispatched", 1}});
  CHECK(stage.notifications.flush() == Json{{"dispatched", 0}});
  stage.publish("b");
  stage.scheduler.advance(89s);
  CHECK(stage.outbound.sent.size() == 1);
  stage.scheduler.advance(1s);
  CHECK(stage.outbound.sent.size() == 2);
}

TEST_CASE("events are grouped by event type, secret type and subtype") {
  Stage stage;
  stage.subscribe("s", application());
  stage.publish("a");
  stage.publish("b", "secret_created");
  stage.publish("c", "secret_rotated", "public_cert");
  stage.publish("d", "secret_about_to_expire", "imported_cert", "in_10_days");
  stage.publish("e", "secret_about_to_expire", "imported_cert", "in_1_day");
  stage.publish("f");
  CHECK(stage.notifications.flush() == Json{{"dispatched", 5}});
  CHECK(stage.body(0)["data"]["secrets"].size() == 2);
  CHECK(stage.body(2)["data"]["secret_type"] == "public_cert");
  CHECK(stage.body(3)["type"] == "com.ibm.cloud.secrets-manager.secret_about_to_expire:in_10_days");
  CHECK(stage.body(3)["data"]["event_type"] == "secret_about_to_expire");
  CHECK(stage.body(3)["data"]["event_sub_type"] == "in_10_days");
  CHECK_FALSE(stage.body(0)["data"].contains("event_sub_type"));
}

TEST_CASE("one notification names at most 100 secrets") {
  Stage stage;
  stage.subscribe("s", application());
  for (int i = 0; i < 201; ++i) stage.publish("secret " + std::to_string(i));
  CHECK(stage.notifications.flush() == Json{{"dispatched", 3}});
  CHECK(stage.body(0)["data"]["secrets"].size() == 100);
  CHECK(stage.body(1)["data"]["secrets"].size() == 100);
  CHECK(stage.body(2)["data"]["secrets"][0]["secret_name"] == "secret 200");
}

TEST_CASE("a notification is a whole CloudEvent around Secrets Manager's data") {
  Stage stage;
  stage.subscribe("s", application());
  stage.publish("a");
  stage.notifications.flush();
  const Json event = stage.body(0);
  const std::string crn = stage.world.seed.sm_crn();
  CHECK(event["specversion"] == "1.0");
  CHECK(event["source"] == crn);
  CHECK(event["ibmensourceid"] == crn);
  CHECK(event["type"] == "com.ibm.cloud.secrets-manager.secret_rotated");
  CHECK(event["datacontenttype"] == "application/json");
  CHECK(event["ibmenseverity"] == "LOW");
  CHECK(event["time"].get<std::string>().size() == std::string("2026-08-20T10:11:12.000Z").size());
  CHECK(event["notification_id"] != event["id"]);
  CHECK(event["data"]["source_service"] == "SecretsManager");
  CHECK(event["data"]["source_instance_crn"] == crn);
  CHECK(event["data"]["source_instance_api_public_url"] == "http://127.0.0.1:1/sm/x/api");
  CHECK(event["data"]["source_instance_api_private_url"] == "http://127.0.0.1:1/sm/x/api");
}

TEST_CASE("a secret's id is a CRN or a UUID as the switch says, in a test event always a UUID") {
  Stage stage;
  stage.subscribe("s", application());
  const std::string uuid = "0a1b2c3d-1111-2222-3333-444455556666";
  const auto& seed = stage.world.seed;
  stage.publish("a");
  stage.publish("test_secret_name", "test_event", "test_secret_type");
  stage.notifications.flush();
  CHECK(stage.body(0)["data"]["secrets"][0]["secret_id"] ==
        "crn:v1:bluemix:public:secrets-manager:eu-de:a/" + seed.account + ":" + seed.sm_instance +
            ":secret:" + uuid);
  CHECK(stage.body(1)["data"]["secrets"][0]["secret_id"] == uuid);
  stage.set("event_secret_id_form", "uuid");
  stage.publish("a");
  stage.notifications.flush();
  CHECK(stage.body(2)["data"]["secrets"][0]["secret_id"] == uuid);
}

TEST_CASE("events of an instance that is not registered or disabled go nowhere") {
  Stage stage;
  stage.subscribe("s", application());
  stage.publish("a");
  stage.notifications.unregister_source(stage.world.seed.sm_crn());
  stage.notifications.flush();
  CHECK(stage.outbound.sent.empty());
}

#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

constexpr char kRegistration[] = "/notifications/registration";

Json registration() {
  return {{"event_notifications_instance_crn", localcloud::Seed().en_crn()},
          {"event_notifications_source_name", "my-secrets"},
          {"event_notifications_source_description", "all of them"}};
}

TEST_CASE("a life of a certificate is told event by event", "[sm]") {
  House house;
  const Json secret = house.create(imported("shop", make_pair()));
  const auto created = house.only_event();
  CHECK(created.event_type == "secret_created");
  CHECK(created.secret_type == "imported_cert");
  CHECK(created.severity == "LOW");
  CHECK(created.instance_crn == localcloud::Seed().sm_crn());
  CHECK(created.api_url == house.base_url());
  CHECK(created.secret.at("secret_id") == secret.at("id"));
  CHECK(created.secret.at("secret_name") == "shop");
  CHECK(created.secret.at("secret_group_id") == "default");
  CHECK(created.secret.at("event_triggered_by") == secret.at("created_by"));
  CHECK(created.secret.at("event_time") >= secret.at("created_at"));
  CHECK(created.secret.at("domains") == "shop.example, www.shop.example, 192.0.2.7");
  CHECK(created.secret.at("serial_number") == "0a:1b:2c");
  CHECK(created.secret.at("secret_expiration") == secret.at("expiration_date"));
  CHECK_FALSE(created.secret.contains("failure_reason"));

  house.rotate(secret, {{"certificate", make_pair({.serial = 0x77}).certificate}});
  const auto rotated = house.only_event();
  CHECK(rotated.event_type == "secret_rotated");
  CHECK(rotated.secret.at("serial_number") == "77");

  house.client().erase(House::path(secret));
  CHECK(house.only_event().event_type == "secret_deleted");
}

TEST_CASE("plain secrets are told without a certificate's members", "[sm]") {
  House house;
  house.create_arbitrary("plain", "swordfish");
  const auto event = house.only_event();
  CHECK(event.secret_type == "arbitrary");
  CHECK(event.secret.dump().find("swordfish") == std::string::npos);
  for (const char* absent : {"domains", "serial_number", "secret_expiration"}) {
    INFO(absent);
    CHECK_FALSE(event.secret.contains(absent));
  }
}

TEST_CASE("refused bodies, reads and edits of metadata are no events", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  house.events();
  house.client().post("/secrets", Json::object());
  house.client().patch(House::path(secret, "/metadata"), {{"labels", {"one"}}});
  house.get(House::path(secret));
  CHECK(house.events().empty());
}

TEST_CASE("an order is told when it ends", "[sm]") {
  House house;
  const bool fails = GENERATE(false, true);
  const Json secret = house.create({{"secret_type", "public_cert"},
                                    {"name", "shop"},
                                    {"ca", "lets-encrypt"},
                                    {"dns", "my-dns"},
                                    {"key_algorithm", "ECDSA256"},
                                    {"common_name", "shop.example"}});
  CHECK(house.events().empty());
  house.set("public_cert_order_fails", fails);
  house.run_orders();
  const auto first = house.only_event();
  CHECK(first.event_type == (fails ? "secret_creation_failed" : "secret_created"));
  CHECK(first.severity == "LOW");
  CHECK(first.secret.at("event_triggered_by") == "SecretsManager");
  CHECK(first.secret.at("domains") == "shop.example");
  CHECK(first.secret.contains("failure_reason") == fails);
  CHECK(first.secret.contains("serial_number") != fails);
  if (fails) return;

  house.rotate(secret, {{"rotation", {{"rotate_keys", true}}}});
  house.run_orders();
  CHECK(house.only_event().event_type == "secret_rotated");
  house.set("public_cert_order_fails", true);
  house.rotate(secret, {{"rotation", {{"rotate_keys", true}}}});
  house.run_orders();
  const auto failed = house.only_event();
  CHECK(failed.event_type == "secret_rotation_failed");
  CHECK(failed.severity == "HIGH");
  CHECK(failed.secret.at("failure_reason").is_string());
}

TEST_CASE("an expired secret is told once", "[sm]") {
  House house;
  house.set("expiry_warnings", false);
  house.create(imported("shop", make_pair()));
  house.events();
  house.advance(std::chrono::hours(24 * 31));
  house.get("/secrets");
  house.get("/secrets");
  const auto told = house.events();
  REQUIRE(told.size() == 2);
  CHECK(told[0].event_type == "secret_expired");
  CHECK(told[0].severity == "HIGH");
  CHECK(told[1].event_type == "secret_data_removed");
  CHECK(told[1].severity == "LOW");
  CHECK(told[1].secret.at("event_triggered_by") == "SecretsManager");
  CHECK(told[1].secret.at("domains") == told[0].secret.at("domains"));
}

TEST_CASE("removed data is told when the last of it is deleted, unless that is switched off",
          "[sm]") {
  House house;
  const bool on = GENERATE(true, false);
  house.set("removed_data_is_told", on);
  const Json secret = house.create({{"secret_type", "iam_credentials"},
                                    {"name", "key"},
                                    {"ttl", "1h"},
                                    {"reuse_api_key", true},
                                    {"access_groups", {"AccessGroupId-1"}}});
  house.events();
  CHECK(house.client().erase(House::path(secret, "/versions/current/secret_data")).status == 204);
  const auto told = house.events();
  REQUIRE(told.size() == (on ? 2U : 1U));
  CHECK(told[0].event_type == "secret_version_data_deleted");
  if (!on) return;
  CHECK(told[1].event_type == "secret_data_removed");
  CHECK(told[1].secret.at("event_triggered_by") == secret.at("created_by"));
}

TEST_CASE("an instance registers with Event Notifications and leaves again", "[sm]") {
  House house;
  CHECK(house.client().get(kRegistration).status == 404);
  CHECK(house.client().erase(kRegistration).status == 404);
  CHECK(house.client().get(std::string(kRegistration) + "/test").status == 404);

  const Answer created = house.client().post(kRegistration, registration());
  CHECK(created.status == 201);
  const Json shown{{"event_notifications_instance_crn", localcloud::Seed().en_crn()}};
  CHECK(created.json() == shown);
  CHECK(house.get(kRegistration) == shown);
  CHECK(house.source() ==
        std::vector<std::string>{localcloud::Seed().sm_crn(), "my-secrets", "all of them"});

  CHECK(house.client().erase(kRegistration).status == 204);
  CHECK(house.source().empty());
  CHECK(house.client().get(kRegistration).status == 404);
}

TEST_CASE("a registration is refused when it breaks a rule", "[sm]") {
  House house;
  const auto with = [](const Json& more) {
    Json body = registration();
    body.update(more);
    return body;
  };
  struct Case {
    const char* what;
    Json body;
    int status;
  };
  const std::vector<Case> cases{
      {"no CRN", with({{"event_notifications_instance_crn", nullptr}}), 400},
      {"not a CRN", with({{"event_notifications_instance_crn", "https://a.example"}}), 400},
      {"unknown instance",
       with({{"event_notifications_instance_crn", localcloud::Seed().sm_crn()}}), 404},
      {"no name", with({{"event_notifications_source_name", nullptr}}), 400},
      {"short name", with({{"event_notifications_source_name", "x"}}), 400},
      {"long description",
       with({{"event_notifications_source_description", std::string(1025, 'x')}}), 400},
  };
  for (const auto& one : cases) {
    INFO(one.what);
    CHECK(house.client().post(kRegistration, one.body).status == one.status);
  }
  CHECK(house.client().get(kRegistration).status == 404);
  house.set("sm_unknown_event_notifications_status", 400);
  CHECK(house.client().post(kRegistration, cases.at(2).body).status == 400);
}

TEST_CASE("a test event names a secret that does not exist", "[sm]") {
  House house;
  house.client().post(kRegistration, registration());
  CHECK(house.client().get(std::string(kRegistration) + "/test").status == 204);
  const auto event = house.only_event();
  CHECK(event.event_type == "test_event");
  CHECK(event.secret_type == "test_secret_type");
  CHECK(event.secret.at("secret_group_id") == "default");
  CHECK(event.secret.at("secret_name") == "test_secret_name");
  CHECK(event.secret.contains("event_time"));
  CHECK_FALSE(event.secret.contains("event_triggered_by"));
  const std::string id = event.secret.at("secret_id");
  CHECK(house.client().get("/secrets/" + id + "/metadata").status == 404);
  house.set("sm_test_event_status", 200);
  CHECK(house.client().get(std::string(kRegistration) + "/test").status == 200);
}

}  // namespace
}  // namespace sm_tests

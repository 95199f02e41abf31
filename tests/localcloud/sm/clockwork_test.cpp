#include <algorithm>

#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

using std::chrono::hours;

std::vector<std::string> told(House& house) {
  house.get("/secrets");
  std::vector<std::string> types;
  for (const auto& event : house.events()) {
    types.push_back(event.event_type +
                    (event.event_sub_type.empty() ? "" : ":" + event.event_sub_type));
  }
  return types;
}

Json turning(const House& house, const Json& more = Json::object()) {
  Json body{{"secret_type", "username_password"},
            {"name", "turning"},
            {"username", "me"},
            {"rotation", {{"auto_rotate", true}, {"interval", 2}, {"unit", "day"}}}};
  body.update(more);
  return house.create(body);
}

void hold(const House& house, const Json& secret) {
  house.client().post(House::path(secret, "/locks_bulk"),
                      {{"locks", Json::array({{{"name", "shop"}}})}});
}

TEST_CASE("an expiry is warned of on its days, each once", "[sm]") {
  House house;
  house.create(imported("shop", make_pair({.until_seconds = 100 * 86400L})));
  using Types = std::vector<std::string>;
  CHECK(told(house) == Types{"secret_created"});
  struct Step {
    int days;
    Types types;
  };
  const std::vector<Step> steps{
      {9, {}},
      {2, {"secret_about_to_expire:in_90_days"}},
      {1, {}},
      {60, {"secret_about_to_expire:in_60_days", "secret_about_to_expire:in_30_days"}},
      {20, {"secret_about_to_expire:in_10_days"}},
      {7, {"secret_about_to_expire:in_1_day"}},
      {1, {"secret_about_to_expire:in_0_days", "secret_expired", "secret_data_removed"}},
  };
  for (const auto& step : steps) {
    INFO(step.days);
    house.advance(hours(24 * step.days));
    CHECK(told(house) == step.types);
    CHECK(told(house).empty());
  }
}

TEST_CASE("a warning names the certificate and is urgent", "[sm]") {
  House house;
  house.create(imported("shop", make_pair({.until_seconds = 11 * 86400L})));
  house.events();
  house.advance(hours(48));
  house.get("/secrets");
  const auto event = house.only_event();
  CHECK(event.severity == "HIGH");
  CHECK(event.secret.at("serial_number") == "0a:1b:2c");
  CHECK(event.secret.at("event_triggered_by") == "SecretsManager");
}

TEST_CASE("warnings can be switched off", "[sm]") {
  House house;
  house.set("expiry_warnings", false);
  house.create(imported("shop", make_pair({.until_seconds = 11 * 86400L})));
  house.events();
  house.advance(hours(48));
  CHECK(told(house).empty());
}

TEST_CASE("an expiry is told every day unless it is switched to once", "[sm]") {
  House house;
  const bool daily = GENERATE(true, false);
  house.set("expired_is_told_daily", daily);
  house.create(imported("shop", make_pair({.until_seconds = 3600})));
  house.advance(hours(2));
  told(house);
  house.advance(hours(23));
  CHECK(told(house).empty());
  house.advance(hours(1));
  CHECK(told(house) == std::vector<std::string>(daily ? 1 : 0, "secret_expired"));
}

TEST_CASE("a locked secret does not expire, a locked certificate does", "[sm]") {
  House house;
  const auto soon =
      localcloud::rfc3339(localcloud::Time(std::chrono::floor<localcloud::Time::duration>(
                              std::chrono::system_clock::now())) +
                          hours(1));
  const Json plain = house.create({{"secret_type", "arbitrary"},
                                   {"name", "plain"},
                                   {"payload", "one"},
                                   {"expiration_date", soon}});
  const Json certificate = house.create(imported("shop", make_pair({.until_seconds = 3600})));
  hold(house, plain);
  hold(house, certificate);
  house.set("expiry_warnings", false);
  told(house);
  house.advance(hours(2));
  auto types = told(house);
  std::sort(types.begin(), types.end());
  CHECK(types == std::vector<std::string>{"secret_data_removed", "secret_expiration_blocked",
                                          "secret_expired"});
  CHECK(house.get(House::path(plain)).at("payload") == "one");
  CHECK(house.metadata(certificate).at("state") == 5);
  house.client().erase(House::path(plain, "/locks_bulk"));
  told(house);
  CHECK(house.metadata(plain).at("state") == 5);
}

TEST_CASE("an interval rotates by itself when the clock has come to it", "[sm]") {
  House house;
  const Json secret = turning(house);
  house.events();
  house.advance(hours(47));
  CHECK(told(house).empty());
  house.advance(hours(2));
  CHECK(told(house) == std::vector<std::string>{"secret_rotated"});
  const Json after = house.get(House::path(secret));
  CHECK(after.at("versions_total") == 2);
  CHECK(after.at("password") != secret.at("password"));
  CHECK(after.at("next_rotation_date") > secret.at("next_rotation_date"));
  const Json current = house.get(House::path(secret, "/versions/current"));
  CHECK(current.at("auto_rotated") == true);
  CHECK(house.get(House::path(secret, "/versions/previous")).at("auto_rotated") == false);
}

TEST_CASE("automatic rotation can be switched off", "[sm]") {
  House house;
  house.set("automatic_rotation", false);
  turning(house);
  house.events();
  house.advance(hours(100));
  CHECK(told(house).empty());
}

TEST_CASE("a blocked automatic rotation is told every day", "[sm]") {
  House house;
  const Json secret = turning(house);
  hold(house, secret);
  house.advance(hours(49));
  CHECK(told(house).back() == "secret_rotated");
  house.advance(hours(49));
  CHECK(told(house) == std::vector<std::string>{"secret_rotation_blocked"});
  house.advance(hours(23));
  CHECK(told(house).empty());
  house.advance(hours(2));
  CHECK(told(house) == std::vector<std::string>{"secret_rotation_blocked"});
  house.client().erase(House::path(secret, "/locks_bulk"));
  house.advance(hours(24));
  CHECK(told(house) == std::vector<std::string>{"secret_rotated"});
}

TEST_CASE("a private certificate renews itself with its request", "[sm]") {
  House house;
  house.set("private_cert_key_algorithm", "ECDSA256");
  const Json secret =
      house.create({{"secret_type", "private_cert"},
                    {"name", "till"},
                    {"certificate_template", "local-template"},
                    {"common_name", "till.example"},
                    {"rotation", {{"auto_rotate", true}, {"interval", 1}, {"unit", "month"}}}});
  house.events();
  house.advance(hours(24 * 32));
  CHECK(told(house).back() == "secret_rotated");
  const Json after = house.metadata(secret);
  CHECK(after.at("common_name") == "till.example");
  CHECK(after.at("serial_number") != secret.at("serial_number"));
}

TEST_CASE("a public certificate is ordered again a month before its end, and every day", "[sm]") {
  House house;
  const Json secret = house.create({{"secret_type", "public_cert"},
                                    {"name", "shop"},
                                    {"ca", "lets-encrypt"},
                                    {"dns", "my-dns"},
                                    {"key_algorithm", "ECDSA256"},
                                    {"common_name", "shop.example"},
                                    {"rotation", {{"auto_rotate", true}, {"rotate_keys", true}}}});
  house.run_orders();
  const Json before = house.get(House::path(secret));
  house.set("public_cert_order_fails", true);
  house.advance(hours(24 * 58));
  house.get("/secrets");
  CHECK(house.run_orders() == 0);
  house.advance(hours(24 * 2));
  house.get("/secrets");
  CHECK(house.metadata(secret).at("issuance_info").at("auto_rotated") == true);
  REQUIRE(house.run_orders() == 1);
  CHECK(told(house).back() == "secret_rotation_failed");
  house.set("public_cert_order_fails", false);
  CHECK(house.run_orders() == 0);
  house.advance(hours(25));
  house.get("/secrets");
  REQUIRE(house.run_orders() == 1);
  CHECK(told(house) == std::vector<std::string>{"secret_rotated"});
  CHECK(house.get(House::path(secret)).at("private_key") != before.at("private_key"));
}

}  // namespace
}  // namespace sm_tests

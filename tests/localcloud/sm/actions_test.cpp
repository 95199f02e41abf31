#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

constexpr char kRevoke[] = "private_cert_action_revoke_certificate";
constexpr char kValidate[] = "public_cert_action_validate_dns_challenge";

Json private_cert(const House& house) {
  house.set("private_cert_key_algorithm", "ECDSA256");
  return house.create({{"secret_type", "private_cert"},
                       {"name", "till"},
                       {"certificate_template", "local-template"},
                       {"common_name", "till.example"}});
}

Answer act(const House& house, const Json& secret, const std::string& action,
           const std::string& rest = "/actions") {
  return house.client().post(House::path(secret, rest), {{"action_type", action}});
}

TEST_CASE("a private certificate is revoked once", "[sm]") {
  House house;
  const Json secret = private_cert(house);
  house.events();
  const Answer revoked = act(house, secret, kRevoke);
  REQUIRE(revoked.status == 201);
  CHECK(revoked.json().at("action_type") == kRevoke);
  const Json after = house.metadata(secret);
  CHECK(after.at("state") == 1);
  CHECK(after.at("revocation_time_seconds") == revoked.json().at("revocation_time_seconds"));
  const auto time = localcloud::parse_rfc3339(after.at("revocation_time_rfc3339"));
  CHECK(after.at("revocation_time_seconds") == localcloud::unix_seconds(time));
  CHECK(house.only_event().event_type == "secret_revoked");
  house.advance(std::chrono::seconds(10));
  CHECK(act(house, secret, kRevoke).json() == revoked.json());
  CHECK(house.events().empty());
}

TEST_CASE("a previous version is revoked without the current one", "[sm]") {
  House house;
  const Json secret = private_cert(house);
  house.rotate(secret, Json::object());
  CHECK(act(house, secret, kRevoke, "/versions/previous/actions").status == 201);
  CHECK_FALSE(house.metadata(secret).contains("revocation_time_seconds"));
  CHECK(act(house, secret, kRevoke, "/versions/current/actions").status == 201);
  CHECK(house.metadata(secret).contains("revocation_time_seconds"));
}

TEST_CASE("a locked certificate is not revoked, and that is told", "[sm]") {
  House house;
  const Json secret = private_cert(house);
  house.client().post(House::path(secret, "/locks_bulk"),
                      {{"locks", Json::array({{{"name", "shop"}}})}});
  house.events();
  CHECK(act(house, secret, kRevoke).status == 412);
  CHECK(house.only_event().event_type == "secret_revocation_blocked");
}

TEST_CASE("an order by manual DNS waits for its validation", "[sm]") {
  House house;
  const Json secret = house.create({{"secret_type", "public_cert"},
                                    {"name", "shop"},
                                    {"ca", "lets-encrypt"},
                                    {"dns", "manual"},
                                    {"key_algorithm", "ECDSA256"},
                                    {"common_name", "shop.example"},
                                    {"alt_names", {"*.shop.example"}}});
  CHECK(house.run_orders() == 0);
  const Json challenges = house.metadata(secret).at("issuance_info").at("challenges");
  REQUIRE(challenges.size() == 2);
  CHECK(challenges.at(1).at("domain") == "*.shop.example");
  for (const Json& challenge : challenges) {
    CHECK(challenge.at("txt_record_name") == "_acme-challenge.shop.example");
    CHECK(challenge.at("txt_record_value").get<std::string>().size() == 43);
    CHECK(challenge.at("status") == "pending");
    CHECK(challenge.contains("expiration"));
  }
  const Answer validated = act(house, secret, kValidate);
  REQUIRE(validated.status == 201);
  CHECK(validated.json() == Json{{"action_type", kValidate}});
  CHECK(house.metadata(secret).at("issuance_info").contains("dns_challenge_validation_time"));
  CHECK(act(house, secret, kValidate).status == 400);
  REQUIRE(house.run_orders() == 1);
  const Json active = house.metadata(secret);
  CHECK(active.at("state") == 1);
  CHECK(active.at("issuance_info").at("challenges").at(0).at("status") == "valid");
}

TEST_CASE("an action is refused to secrets that do not have it", "[sm]") {
  House house;
  const Json plain = house.create_arbitrary("plain");
  for (const char* action : {kRevoke, kValidate, "rotate", ""}) {
    INFO(action);
    CHECK(act(house, plain, action).status == 400);
  }
  CHECK(act(house, plain, kRevoke, "/versions/current/actions").status == 400);
  CHECK(act(house, private_cert(house), kValidate, "/versions/current/actions").status == 400);
}

}  // namespace
}  // namespace sm_tests

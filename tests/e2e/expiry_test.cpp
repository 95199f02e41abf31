#include "tests/e2e/world.h"
#include "tests/support/catch.h"

using namespace e2e;

namespace {

using namespace std::chrono_literals;

test_pki::Time in(std::chrono::seconds time) {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + time;
}

// The one target's condition, after a look that was asked for and waited for.
Json condition(const Controller& controller, const std::string& type, const std::string& id) {
  controller.client().post("/v1/notifications", notification("secret_rotated", {id}));
  const Json status = Client(controller.url()).get("/v1/status").json();
  for (const Json& one : status.at("mappings").at(0).at("targets").at(0).at("conditions")) {
    if (one.at("type") == type) return one;
  }
  return {};
}

}  // namespace

TEST_CASE("expiring: a certificate near its end is told, and so is that its successor is held") {
  World world;
  const Pki pki;
  const std::string id =
      world.import_certificate("front", pki.issue("shop.example.com", in(3 * 24h)));
  world.map("storefront", id, {{"shop", "front-tls"}}, "{ dnsNames: [shop.example.com] }");
  world.write_mapping();
  Controller controller(world);
  REQUIRE(controller.log("certificate expiring", {"NotRenewed", "rotate it"}));
  const Json near = condition(controller, "Expiring", id);
  CHECK(near.at("status") == "True");
  CHECK(near.at("reason") == "NotRenewed");

  world.rotate(id, pki.issue("other.example.com"));
  CHECK(condition(controller, "Expiring", id).at("reason") == "SuccessorHeld");
  REQUIRE(controller.log("certificate expiring", {"SuccessorHeld", "NameNotCovered"}));

  world.rotate(id, pki.issue("shop.example.com"));
  const Json renewed = condition(controller, "Expiring", id);
  CHECK(renewed.at("status") == "False");
  CHECK(renewed.at("reason") == "NotDue");
}

TEST_CASE("a project that is full is told, and written when there is room") {
  World world;
  const Pki pki;
  const std::string id = world.import_certificate("front", pki.issue("shop.example.com"));
  world.map("storefront", id, {{"shop", "front-tls"}});
  world.write_mapping();
  for (int i = 0; i < 100; ++i) {
    const Json secret = {
        {"name", "s" + std::to_string(i)}, {"format", "generic"}, {"data", {{"k", "v"}}}};
    REQUIRE(world.project("shop").post("/secrets", secret).status == 201);
  }
  Controller controller(world);
  REQUIRE(controller.log("reconciled", {"exhausted", "quota_exceeded"}));
  const Json stalled = condition(controller, "Stalled", id);
  CHECK(stalled.at("status") == "True");
  CHECK(stalled.at("reason") == "QuotaReached");

  REQUIRE(world.project("shop").erase("/secrets/s0").status < 300);
  world.settle();
  CHECK(condition(controller, "Ready", id).at("status") == "True");
  CHECK(world.data_of("shop", "front-tls").contains("tls_key"));
}

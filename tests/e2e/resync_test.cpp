#include "tests/e2e/running.h"

// Looks that nobody asked for, and how they get by.
using namespace e2e;

TEST_CASE("drift: a target edited by hand is as it was after the next full look") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  const Certificate other = Pki().issue("shop.example.com");
  shop.world.edit_by_hand("shop", "front-tls",
                          {{"tls_cert", other.certificate}, {"tls_key", other.private_key}});
  CHECK(controller.client().post("/v1/resync").status == 200);
  REQUIRE(controller.log("reconciled", {"shop/front-tls", "ContentDiffers", "resync"}));
  CHECK(shop.in_place(shop.first));
}

TEST_CASE("a lost notification is caught by the next full look") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);  // nobody is told
  controller.client().post("/v1/resync");
  REQUIRE(controller.log("reconciled", {"admin/front-tls", "replace"}));
  CHECK(shop.in_place(second));
}

TEST_CASE("a failed look is repeated by itself") {
  Running shop;
  shop.world.fault(
      {{"service", "ce"}, {"method", "POST"}, {"path", "*"}, {"count", 1}, {"status", 500}});
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled", {"unavailable"}));
  REQUIRE(controller.log("reconciled", {"shop/front-tls", "\"trigger\":\"retry\""}));
  REQUIRE(controller.log("reconciled", {"admin/front-tls", "\"trigger\":\"retry\""}));
  CHECK(shop.in_place(shop.first));
}

TEST_CASE("a write whose answer was lost is not made twice") {
  Running shop;
  shop.world.fault(
      {{"service", "ce"}, {"method", "POST"}, {"path", "*"}, {"count", 1}, {"drop_answer", true}});
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled", {"shop/front-tls", "unavailable"}));
  REQUIRE(controller.log("reconciled", {"shop/front-tls", "InSync", "\"trigger\":\"retry\""}));
  CHECK(shop.world.writes() == 2);
}

TEST_CASE("a token that a service no longer takes is renewed once, unseen by anybody") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  CHECK(shop.world.local().post("/iam/revoke-tokens").status < 300);
  const auto answer = controller.client().post("/", notification("secret_rotated", {shop.id}));
  CHECK(answer.status == 200);
  CHECK(answer.json().at("result") == "done");
}

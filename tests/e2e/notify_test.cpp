#include <atomic>
#include <thread>

#include "tests/e2e/running.h"

// What a notification brings about, and what its sender hears.
using namespace e2e;

TEST_CASE("notify: a rotation reaches every target through Event Notifications, with one read") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  shop.world.wire_notifications(controller.url());
  shop.world.flush();  // the news of its creation
  REQUIRE(controller.log("notified", {"secret_created"}));
  REQUIRE(controller.log("reconciled", {"admin/front-tls", "InSync"}));
  const std::size_t reads = shop.world.reads_of(shop.id);

  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);
  shop.world.flush();
  REQUIRE(controller.log("notified", {"secret_rotated"}));
  REQUIRE(controller.logged_all(
      "reconciled", {"\"target\":\"shop/front-tls\",\"plan\":\"replace\"",
                     "\"target\":\"admin/front-tls\",\"plan\":\"replace\"", "\"notified\""}));
  CHECK(shop.in_place(second));
  CHECK(shop.world.reads_of(shop.id) == reads + 1);
  CHECK(shop.world.writes() == 4);
}

TEST_CASE("notify: the answer tells the outcome of the looks it caused") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  const auto answer =
      controller.client().post("/v1/notifications", notification("secret_rotated", {shop.id}));
  CHECK(answer.status == 200);
  CHECK(answer.json().at("result") == "done");
  CHECK(answer.json().at("mappings").at(0).at("targets").at(1).at("reason") == "InSync");
}

TEST_CASE("notify: an answer that would come too late says accepted, and the work goes on") {
  Running shop;
  Controller controller(shop.world, {"--notification-wait", "50ms"});
  shop.settle(controller);
  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);
  shop.disturb_next_read("delay_ms", 500);
  const auto answer = controller.client().post("/", notification("secret_rotated", {shop.id}));
  CHECK(answer.status == 200);
  CHECK(answer.json().at("result") == "accepted");
  REQUIRE(controller.log("reconciled", {"admin/front-tls", "replace"}));
  CHECK(shop.in_place(second));
}

TEST_CASE("notify: when nothing could be done now, the sender is asked to come again") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  shop.disturb_next_read("status", 503);
  const auto answer = controller.client().post("/", notification("secret_rotated", {shop.id}));
  CHECK(answer.status == 503);
  CHECK_FALSE(answer.header("Retry-After").empty());
}

TEST_CASE("notify: callers without the secret are refused, two secrets may be valid at once") {
  Running shop;
  Controller controller(
      shop.world, {},
      {{"CERTLOOP_SHARED_SECRET", std::string(kSharedSecret) + " another-secret-of-the-tests"}});
  shop.settle(controller);
  const Json event = notification("secret_rotated", {shop.id});
  const Client anybody(controller.url());
  for (const char* path : {"/", "/v1/notifications", "/v1/resync"}) {
    CHECK(anybody.post(path, event).status == 401);
    CHECK(anybody.bearer("wrong-secret-of-the-tests").post(path, event).status == 401);
  }
  CHECK(anybody.bearer(kSharedSecret).post("/", event).status == 200);
  CHECK(anybody.bearer("another-secret-of-the-tests").post("/", event).status == 200);
}

TEST_CASE("1,000 notifications at once for one secret: all answered, at most two looks at it") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  const std::size_t before = shop.world.reads_of(shop.id);
  // The first look is held until all have arrived, so that they really meet one that runs.
  shop.disturb_next_read("delay_ms", 6'000);
  const Json event = notification("secret_rotated", {shop.id});
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 1000; ++i) {
    callers.emplace_back([&] {
      const auto answer = controller.client().post("/v1/notifications", event);
      if (answer.status == 200) ++answered;
    });
  }
  // Read along: a log that nobody reads would stop the controller when its pipe is full.
  std::size_t logged = 0;
  while (logged < 1000 && controller.log("notified")) ++logged;
  for (std::thread& caller : callers) caller.join();
  CHECK(logged == 1000);
  CHECK(answered == 1000);
  CHECK(shop.world.reads_of(shop.id) - before <= 2);
  CHECK(shop.world.reads_of(shop.id) > before);
}

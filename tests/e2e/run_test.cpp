#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/e2e/world.h"
#include "tests/support/catch.h"

using namespace e2e;

namespace {

struct Running {
  World world{};
  Pki pki{};
  Certificate first = pki.issue("shop.example.com");
  std::string id = world.hold_events().import_certificate("front", first);

  Running() {
    world.map("storefront", id, {{"shop", "front-tls"}, {"admin", "front-tls"}});
    world.write_mapping();
  }

  // Until both targets have been looked at once.
  void settle(Controller& controller) {
    REQUIRE(controller.log("reconciled", {"shop/front-tls"}));
    REQUIRE(controller.log("reconciled", {"admin/front-tls"}));
  }
  bool in_place(const Certificate& certificate) {
    for (const char* project : {"shop", "admin"}) {
      const Json data = world.data_of(project, "front-tls");
      if (data.empty() || data.at("tls_key") != certificate.private_key) return false;
    }
    return true;
  }
};

}  // namespace

TEST_CASE("start: a full pass writes what is missing, and readiness follows") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  CHECK(shop.in_place(shop.first));
  CHECK(cloud_client::call("GET", controller.url() + "/healthz").status == 200);
  CHECK(cloud_client::call("GET", controller.url() + "/readyz").status == 200);
  const auto status = shop.world.certloop({"status", "--url", controller.url()});
  CHECK(status.code == 0);
  CHECK(status.output.find("shop/front-tls") != std::string::npos);
  CHECK(status.output.find(shop.first.serial) != std::string::npos);
}

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
  shop.world.fault({{"service", "sm"},
                    {"method", "GET"},
                    {"path", "*/versions/current"},
                    {"count", 1},
                    {"delay_ms", 500}});
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
  shop.world.fault({{"service", "sm"},
                    {"method", "GET"},
                    {"path", "*/versions/current"},
                    {"count", 1},
                    {"status", 503}});
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

TEST_CASE("reload: a changed mapping is acted on without a restart") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  shop.world.map("extra", shop.id, {{"shop", "extra-tls"}});
  shop.world.write_mapping();
  REQUIRE(controller.log("reconciled", {"shop/extra-tls", "create", "\"trigger\":\"added\""}));
  CHECK(shop.world.data_of("shop", "extra-tls").at("tls_key") == shop.first.private_key);
}

TEST_CASE(
    "reload: a bad mapping changes nothing, is told with its place, and a good one mends it") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  shop.world.folder().write("mapping.yaml", "apiVersion: certloop.dev/v1\nkind: Nonsense\n");
  REQUIRE(controller.log("mapping refused", {"mapping.yaml:2:"}));

  const Json status = Client(controller.url()).get("/v1/status").json();
  CHECK(status.at("ready") == false);
  CHECK(status.at("mappingFile").at("loaded") == true);
  CHECK(status.at("mappingFile").at("faults").size() >= 1);
  CHECK(status.at("mappings").size() == 1);
  CHECK(controller.client()
            .post("/", notification("secret_rotated", {shop.id}))
            .json()
            .at("result") == "done");

  shop.world.write_mapping();
  REQUIRE(controller.log("mapping loaded"));
  CHECK(Client(controller.url()).get("/v1/status").json().at("ready") == true);
}

TEST_CASE(
    "reload: a mapping swapped through a symbolic link, as mounted config maps are, is seen") {
  namespace fs = std::filesystem;
  Running shop;
  const fs::path mount = shop.world.folder().path("mount");
  const auto publish = [&](const std::string& version) {
    fs::create_directories(mount / version);
    fs::copy_file(shop.world.mapping_path(), mount / version / "mapping.yaml");
    fs::create_directory_symlink(version, mount / "..data_new");
    fs::rename(mount / "..data_new", mount / "..data");
  };
  publish("..version1");
  fs::create_symlink("..data/mapping.yaml", mount / "mapping.yaml");
  Controller controller(shop.world, {"--mapping", mount.string()});
  shop.settle(controller);

  shop.world.map("extra", shop.id, {{"admin", "extra-tls"}});
  shop.world.write_mapping();
  publish("..version2");
  REQUIRE(controller.log("reconciled", {"admin/extra-tls", "create"}));
}

TEST_CASE("bad mapping at start: alive, not ready, nothing taken on, and it recovers") {
  World world;
  Pki pki;
  const std::string id = world.import_certificate("front", pki.issue("shop.example.com"));
  world.folder().write("mapping.yaml", "kind: [\n");
  Controller controller(world);
  REQUIRE(controller.log("mapping refused"));
  CHECK(cloud_client::call("GET", controller.url() + "/healthz").status == 200);
  CHECK(cloud_client::call("GET", controller.url() + "/readyz").status == 503);
  const auto answer = controller.client().post("/", notification("secret_rotated", {id}));
  CHECK(answer.status == 503);
  CHECK_FALSE(answer.header("Retry-After").empty());

  world.map("storefront", id, {{"shop", "front-tls"}});
  world.write_mapping();
  REQUIRE(controller.log("reconciled", {"shop/front-tls", "create"}));
  CHECK(cloud_client::call("GET", controller.url() + "/readyz").status == 200);
}

TEST_CASE("bad credentials: alive, not ready, stalled with a reason, and no secret in any output") {
  Running shop;
  Controller controller(shop.world, {}, {{"CERTLOOP_API_KEY", "no-such-key-0123456789"}});
  REQUIRE(controller.log("reconciled", {"denied", "BXNIM0415E"}));
  CHECK(cloud_client::call("GET", controller.url() + "/healthz").status == 200);
  CHECK(cloud_client::call("GET", controller.url() + "/readyz").status == 503);
  const auto status = shop.world.certloop({"status", "--url", controller.url(), "-o", "json"});
  CHECK(status.code == 1);
  CHECK(status.output.find("\"Denied\"") != std::string::npos);
  controller.process().signal(SIGTERM);
  CHECK(controller.process().wait() == 0);
  CHECK((status.output + controller.process().standard_error()).find("no-such-key") ==
        std::string::npos);
}

TEST_CASE("a right that is missing: it is told, nothing is written, and once given it is used") {
  Running shop;
  shop.world.set_switch("reader_only", true);
  const auto denied = shop.world.certloop({"sync"});
  CHECK(denied.code == 1);
  CHECK(denied.output.find("2 failed") != std::string::npos);
  CHECK(denied.output.find("HTTP 403") != std::string::npos);
  CHECK(shop.world.writes() == 0);
  shop.world.set_switch("reader_only", false);
  CHECK(shop.world.certloop({"sync"}).code == 0);
  CHECK(shop.in_place(shop.first));
}

TEST_CASE("SIGTERM: what runs is finished, its caller gets the answer, exit 0") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);
  shop.world.fault({{"service", "sm"},
                    {"method", "GET"},
                    {"path", "*/versions/current"},
                    {"count", 1},
                    {"delay_ms", 700}});
  cloud_client::Answer answer;
  std::thread caller(
      [&] { answer = controller.client().post("/", notification("secret_rotated", {shop.id})); });
  // The notification is logged when the look it caused has been asked for.
  const bool notified = controller.log("notified").has_value();
  controller.process().signal(SIGTERM);
  caller.join();
  CHECK(notified);
  CHECK(controller.process().wait() == 0);
  CHECK(answer.status == 200);
  CHECK(answer.json().at("result") == "done");
  CHECK(shop.in_place(second));
}

TEST_CASE("SIGTERM: work that does not end in time does not hold the exit") {
  Running shop;
  shop.world.fault(
      {{"service", "sm"}, {"method", "GET"}, {"path", "*"}, {"count", 9}, {"delay_ms", 30'000}});
  Controller controller(shop.world, {"--shutdown-grace", "100ms"});
  REQUIRE(controller.log("mapping loaded"));
  controller.process().signal(SIGTERM);
  CHECK(controller.process().wait() == 0);
}

TEST_CASE("status: names are shown to this machine or to the view token, not to the world") {
  Running shop;
  SECTION("without a token a caller behind a proxy is not this machine") {
    Controller controller(shop.world);
    const Client local(controller.url());
    CHECK(local.get("/v1/status").status == 200);
    CHECK(local.with("X-Forwarded-For", "192.0.2.1").get("/v1/status").status == 401);
    CHECK(local.with("Forwarded", "for=192.0.2.1").get("/v1/status").status == 401);
  }
  SECTION("with a token only its bearer looks") {
    Controller controller(shop.world, {}, {{"CERTLOOP_VIEW_TOKEN", "view-token-of-the-tests"}});
    const Client local(controller.url());
    CHECK(local.get("/v1/status").status == 401);
    CHECK(local.bearer(kSharedSecret).get("/v1/status").status == 401);
    CHECK(local.bearer("view-token-of-the-tests").get("/v1/status").status == 200);
  }
}

TEST_CASE("1,000 notifications at once for one secret: all answered, at most two looks at it") {
  Running shop;
  Controller controller(shop.world);
  shop.settle(controller);
  const std::size_t before = shop.world.reads_of(shop.id);
  // The first look is held until all have arrived, so that they really meet one that runs.
  shop.world.fault({{"service", "sm"},
                    {"method", "GET"},
                    {"path", "*/versions/current"},
                    {"count", 1},
                    {"delay_ms", 6'000}});
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

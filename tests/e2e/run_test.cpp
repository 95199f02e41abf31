#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/e2e/running.h"

// A controller from its start over what it is told to its end.
using namespace e2e;

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
  shop.disturb_next_read("delay_ms", 700);
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

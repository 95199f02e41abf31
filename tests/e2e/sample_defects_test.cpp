// IBM's sample for this job has sixteen known defects. Each has a test here that its behaviour
// would fail, named by its number.
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/e2e/world.h"
#include "tests/support/catch.h"

using namespace e2e;

namespace {

struct Shop {
  World world{};
  Pki pki{};
  Certificate first = pki.issue("shop.example.com");
  std::string id = world.import_certificate("front", first);
  Shop() {
    world.map("storefront", id, {{"shop", "front-tls"}});
    world.write_mapping();
  }
};

cloud_client::Answer notify(Controller& controller, const Json& event) {
  return controller.client().post("/v1/notifications", event);
}

}  // namespace

TEST_CASE("sample defect 1: public and private certificates are synced like imported ones") {
  World world;
  world.set_switch("public_cert_order_ms", 0);
  world.set_switch("public_cert_order_fails", false);
  world.set_switch("unknown_configurations_pass", true);  // local-template, local-ca and local-dns
  const auto created = [&](const Json& body) {
    const auto answer = world.sm().post("/api/v2/secrets", body);
    REQUIRE(answer.status == 201);
    return answer.json().at("id").get<std::string>();
  };
  const std::string private_id = created({{"secret_type", "private_cert"},
                                          {"name", "inside"},
                                          {"certificate_template", "local-template"},
                                          {"common_name", "inside.example.com"}});
  const std::string public_id = created({{"secret_type", "public_cert"},
                                         {"name", "outside"},
                                         {"ca", "local-ca"},
                                         {"dns", "local-dns"},
                                         {"common_name", "outside.example.com"}});
  world.map("inside", private_id, {{"shop", "inside-tls"}});
  world.map("outside", public_id, {{"shop", "outside-tls"}});
  world.write_mapping();
  const auto sync = world.certloop({"sync"});
  CAPTURE(sync.output);
  CHECK(sync.code == 0);
  CHECK(world.data_of("shop", "inside-tls")
            .at("tls_cert")
            .get<std::string>()
            .find("BEGIN CERTIFICATE") == 5);
  CHECK(world.data_of("shop", "outside-tls").at("tls_key").get<std::string>().find("PRIVATE KEY") !=
        std::string::npos);
}

TEST_CASE("sample defect 2: a look that failed for now is no 200") {
  Shop shop;
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled"));
  shop.world.fault({{"service", "ce"},
                    {"method", "GET"},
                    {"path", "*/secrets/front-tls"},
                    {"count", 1},
                    {"status", 500}});
  CHECK(notify(controller, notification("secret_rotated", {shop.id})).status == 503);
}

TEST_CASE(
    "sample defect 3: every secret of a notification is looked at, and an empty list harms "
    "nobody") {
  Shop shop;
  const std::string other =
      shop.world.import_certificate("other", shop.pki.issue("other.example.com"));
  shop.world.map("other", other, {{"shop", "other-tls"}});
  shop.world.write_mapping();
  Controller controller(shop.world);
  REQUIRE(controller.logged_all("reconciled", {"other-tls", "front-tls"}));

  std::vector<std::string> ids(98, "00000000-0000-0000-0000-000000000000");
  ids.push_back(other);
  ids.push_back(shop.id);
  const auto answer = notify(controller, notification("secret_rotated", ids));
  CHECK(answer.json().at("mappings").size() == 2);
  CHECK(notify(controller, notification("secret_rotated", {})).status == 200);
  CHECK(notify(controller, notification("secret_rotated", {shop.id})).status == 200);
}

TEST_CASE(
    "sample defect 4: a batch that names another secret first arrives, and the mapped one is "
    "written") {
  Shop shop;
  const std::string foreign =
      shop.world.import_certificate("a-foreign-one", shop.pki.issue("foreign.example.com"));
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled"));
  shop.world.wire_notifications(controller.url());
  shop.world.rotate(foreign, shop.pki.issue("foreign.example.com"));
  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);
  shop.world.flush();
  REQUIRE(controller.logged_all("reconciled", {"\"plan\":\"replace\"", "notified"}));
  CHECK(shop.world.data_of("shop", "front-tls").at("tls_key") == second.private_key);
}

TEST_CASE("sample defect 5: events that change nothing cause no write") {
  Shop shop;
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled"));
  const std::size_t writes = shop.world.writes();
  for (const char* type :
       {"secret_about_to_expire", "secret_expired", "secret_deleted", "secret_rotated",
        "secret_rotation_failed", "test_event", "something_new"}) {
    CAPTURE(type);
    CHECK(notify(controller, notification(type, {shop.id})).status == 200);
  }
  CHECK(shop.world.writes() == writes);
}

TEST_CASE("sample defect 6: the intermediate is written behind the leaf") {
  Shop shop;
  REQUIRE(shop.world.certloop({"sync"}).code == 0);
  CHECK(shop.world.data_of("shop", "front-tls").at("tls_cert") ==
        shop.first.certificate + shop.first.intermediate);
}

TEST_CASE(
    "sample defect 7: a pair that does not match, a broken chain and an expired one are held") {
  Shop shop;
  REQUIRE(shop.world.certloop({"sync"}).code == 0);
  // A service that lets everything through, and is slow to put away what has expired.
  shop.world.set_switch("import_checks", false);
  shop.world.set_switch("expiry_lag_seconds", 200'000);
  const Certificate good = shop.pki.issue("shop.example.com");
  const Certificate stranger = Pki().issue("shop.example.com");
  const auto yesterday =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) -
      std::chrono::hours(24);
  Certificate bad = good;
  std::string reason;
  SECTION("key of another certificate") {
    bad.private_key = stranger.private_key;
    reason = "KeyMismatch";
  }
  SECTION("intermediate of another chain") {
    bad.intermediate = stranger.intermediate;
    reason = "ChainGap";
  }
  SECTION("expired") {
    bad = shop.pki.issue("shop.example.com", yesterday);
    reason = "Expired";
  }
  shop.world.rotate(shop.id, bad);
  const std::size_t writes = shop.world.writes();
  const auto sync = shop.world.certloop({"sync"});
  CHECK(sync.code == 1);
  CHECK(sync.output.find(reason) != std::string::npos);
  CHECK(shop.world.writes() == writes);
  CHECK(shop.world.data_of("shop", "front-tls").at("tls_key") == shop.first.private_key);
}

TEST_CASE("sample defect 8: a certificate without its key is held, not dereferenced") {
  Shop shop;
  Certificate bare = shop.pki.issue("bare.example.com");
  bare.private_key.clear();
  const std::string id = shop.world.import_certificate("bare", bare);
  shop.world.map("bare", id, {{"shop", "bare-tls"}});
  shop.world.write_mapping();
  const auto sync = shop.world.certloop({"sync"});
  CHECK(sync.code == 1);
  CHECK(sync.output.find("KeyMissing") != std::string::npos);
  CHECK(shop.world.data_of("shop", "bare-tls").empty());
  CHECK(shop.world.data_of("shop", "front-tls").at("tls_key") == shop.first.private_key);
}

TEST_CASE("sample defect 9: no answer from a service is an error, not the end of the process") {
  Shop shop;
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled"));
  shop.world.fault(
      {{"service", "sm"}, {"method", "GET"}, {"path", "*"}, {"count", 4}, {"reset", true}});
  CHECK(notify(controller, notification("secret_rotated", {shop.id})).status == 503);
  REQUIRE(controller.log("reconciled", {"InSync", "\"trigger\":\"retry\""}));
}

TEST_CASE("sample defect 10: a secret that somebody changed meanwhile is not overwritten blindly") {
  Shop shop;
  REQUIRE(shop.world.certloop({"sync"}).code == 0);
  shop.world.rotate(shop.id, shop.pki.issue("shop.example.com"));
  // The write meets a stale entity tag: it fails, and nothing is forced.
  shop.world.fault(
      {{"service", "ce"}, {"method", "PUT"}, {"path", "*"}, {"count", 1}, {"status", 412}});
  const auto sync = shop.world.certloop({"sync"});
  CHECK(sync.code == 1);
  CHECK(sync.output.find("conflict") != std::string::npos);
  CHECK(shop.world.data_of("shop", "front-tls").at("tls_key") == shop.first.private_key);
}

TEST_CASE("sample defect 11: strangers, other methods and huge bodies are refused") {
  Shop shop;
  Controller controller(shop.world);
  const Client anybody(controller.url());
  CHECK(anybody.post("/", notification("secret_rotated", {shop.id})).status == 401);
  CHECK(controller.client().get("/").status == 405);
  CHECK(controller.client().send("POST", "/", {}, std::string(2u << 20, 'x')).status == 413);
  CHECK(controller.client().send("POST", "/", {}, "not json").status == 400);
}

TEST_CASE("sample defect 12: slow work does not hold the sender") {
  Shop shop;
  Controller controller(shop.world, {"--notification-wait", "100ms"});
  REQUIRE(controller.log("reconciled"));
  shop.world.fault({{"service", "sm"},
                    {"method", "GET"},
                    {"path", "*/versions/current"},
                    {"count", 1},
                    {"delay_ms", 3'000}});
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = notify(controller, notification("secret_rotated", {shop.id}));
  CHECK(answer.json().at("result") == "accepted");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(2'500));
}

TEST_CASE("sample defect 13: one token serves many looks") {
  Shop shop;
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled"));
  for (int i = 0; i < 10; ++i) notify(controller, notification("secret_rotated", {shop.id}));
  const Json journal = shop.world.local().get("/journal?service=iam&method=POST").json();
  // One by this test's own set-up, one by the controller.
  CHECK(journal.at("entries").size() == 2);
}

TEST_CASE("sample defect 14: a setting that fails for one mapping leaves the others working") {
  Shop shop;
  shop.world.folder().write(
      "other.yaml",
      "apiVersion: certloop.dev/v1\nkind: CertificateMapping\nmetadata: { name: other }\nspec:\n"
      "  secretsManagers:\n    main: { url: \"http://127.0.0.1:1\", apiKeyFile: /nowhere/key }\n"
      "  projects:\n    shop: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, url: "
      "\"http://127.0.0.1:1/v2\" }\n"
      "  mappings:\n    - name: broken\n"
      "      from: { secretsManager: main, id: 0cf4addb-7a90-410b-a3a7-a15bbe2b7909 }\n"
      "      to: [ { project: shop, secret: broken-tls } ]\n");
  const std::string both = shop.world.folder().path("");
  Controller controller(shop.world, {"--mapping", both});
  // Both first looks, in either order.
  REQUIRE(controller.logged_all("reconciled", {"broken-tls", "front-tls"}));
  CAPTURE(controller.process().standard_error());
  CHECK(controller.process().standard_error().find("\"error\":\"invalid\"") != std::string::npos);
  const auto answer = notify(controller, notification("secret_rotated", {shop.id}));
  CHECK(answer.status == 200);
  CHECK(answer.json().at("mappings").at(0).at("targets").at(0).at("reason") == "InSync");
}

TEST_CASE(
    "sample defect 15: a lost event and drift are caught, and health and status can be asked") {
  Shop shop;
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled"));
  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);  // the event is lost: nothing is wired
  CHECK(controller.client().post("/v1/resync").status == 200);
  REQUIRE(controller.log("reconciled", {"replace"}));
  CHECK(shop.world.data_of("shop", "front-tls").at("tls_key") == second.private_key);
  CHECK(Client(controller.url()).get("/healthz").status == 200);
  CHECK(Client(controller.url()).get("/v1/status").json().at("ready") == true);
}

TEST_CASE("sample defect 16: a port that is taken is told, with exit 1; no API key is needed") {
  Shop shop;
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled"));
  auto environment = shop.world.environment();
  environment["CERTLOOP_SHARED_SECRET"] = kSharedSecret;
  const std::string taken = controller.url().substr(std::string("http://").size());
  const auto second =
      test_support::run_to_end({CERTLOOP_BINARY, "run", "--listen", taken}, environment);
  CHECK(second.code == 1);
  CHECK(second.error.find("cannot listen") != std::string::npos);

  // A trusted profile with the compute resource token instead of a long-lived key.
  environment.erase("CERTLOOP_API_KEY");
  environment["CERTLOOP_TRUSTED_PROFILE"] = "certloop";
  environment["CERTLOOP_COMPUTE_TOKEN_FILE"] =
      shop.world.folder().write("token", "localcloud-compute-resource-token-0123456789\n");
  const auto sync = test_support::run_to_end({CERTLOOP_BINARY, "sync"}, environment);
  CAPTURE(sync.output);
  CHECK(sync.code == 0);
}

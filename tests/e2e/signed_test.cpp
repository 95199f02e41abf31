#include <boost/asio/io_context.hpp>
#include <functional>

#include "tests/e2e/world.h"
#include "tests/localcloud/en/receiver.h"
#include "tests/support/catch.h"
#include "tests/support/jws.h"

// Notifications that a webhook destination signed: the controller knows the destination's address
// and no shared secret.
using namespace e2e;
namespace test = certloop::test;

namespace {

constexpr const char* kKeyRead = "key of signed notifications read";
constexpr const char* kKeyNotRead = "key of signed notifications not read";

struct Signing {
  World world{};
  Pki pki{};
  std::string id = world.hold_events().import_certificate("front", pki.issue("shop.example.com"));
  std::string destination = world.wire_signed_notifications();

  Signing() {
    // These tests wait for a delivery that comes again.
    world.set_switch("delivery_retry_policy", "exponential");
    world.set_switch("delivery_retry_first_ms", 1000);
    world.map("storefront", id, {{"shop", "front-tls"}});
    world.write_mapping();
  }

  // Options as a user with nothing but the destination has them.
  Controller start() const {
    return Controller(world, {"--event-notifications-destination", destination},
                      {{"CERTLOOP_SHARED_SECRET", ""}});
  }
  void lead_to(const Controller& controller) {
    world.point(destination, controller.url() + "/v1/notifications");
  }
  std::string public_key() const {
    return world.signed_in(destination).get("/public_key").json().at("public_key");
  }
  // A rotation goes all the way: cloud, signature, controller, target.
  bool rotation_arrives(Controller& controller) {
    const Certificate next = pki.issue("shop.example.com");
    world.rotate(id, next);
    world.flush();
    // A look that something else caused may be the faster one.
    bool notified = false;
    const auto arrived = [&](const std::string& line) {
      notified = notified || line.find("\"trigger\":\"notified\"") != std::string::npos;
      return notified && world.data_of("shop", "front-tls").at("tls_key") == next.private_key;
    };
    // The cloud repeats what was deferred after five seconds, three times.
    const auto patience = 3 * test_support::kPatience;
    if (!controller.process().wait_for_line(arrived, patience)) {
      UNSCOPED_INFO(world.local().get("/deliveries").body);
      UNSCOPED_INFO(controller.process().standard_error());
      return false;
    }
    return true;
  }
  // The body that the cloud sends for its pending events, after something has happened.
  std::string delivery(const std::function<void()>& happen = [] {}) {
    boost::asio::io_context io;
    receiver::Receiver receiver(io);
    world.point(destination, receiver.url());
    happen();
    world.flush();
    const auto deadline = std::chrono::steady_clock::now() + test_support::kPatience;
    while (receiver.received().empty() && std::chrono::steady_clock::now() < deadline) {
      io.run_one_until(deadline);
    }
    return receiver.received().empty() ? std::string() : receiver.received().front().body;
  }
};

cloud_client::Answer post(const Controller& controller, const std::string& body) {
  return cloud_client::call("POST", controller.url() + "/v1/notifications", {}, body);
}

Json signature_status(const Controller& controller) {
  return Client(controller.url()).get("/v1/status").json().at("signedNotifications");
}

// Until the first look is over and the key was asked for with this outcome, in any order.
bool settled(Controller& controller, const std::string& outcome = kKeyRead) {
  bool looked = false;
  bool asked = false;
  const auto both = [&](const std::string& line) {
    looked = looked || line.find("\"shop/front-tls\"") != std::string::npos;
    asked = asked || line.find('"' + outcome + '"') != std::string::npos;
    return looked && asked;
  };
  const bool told = controller.process().wait_for_line(both).has_value();
  controller.world().settle();
  return told;
}

std::string payload_of(const std::string& token) {
  const std::size_t first = token.find('.');
  return token.substr(first + 1, token.rfind('.') - first - 1);
}

}  // namespace

TEST_CASE("signed: a rotation reaches its target by its signature alone") {
  struct Row {
    const char* name;
    Json switches;
  };
  const auto row = GENERATE(Row{"as it is likely", Json::object()},
                            Row{"the token in a member",
                                {{"signed_delivery_layout", "data"},
                                 {"signed_delivery_claim", "dat"},
                                 {"signed_delivery_times", "none"},
                                 {"public_key_form", "pkcs1"}}},
                            Row{"the notification as the claims",
                                {{"signed_delivery_claim", "none"},
                                 {"signed_delivery_times", "iat_exp"},
                                 {"public_key_form", "base64"}}},
                            Row{"the key as a JSON Web Key", {{"public_key_form", "jwk"}}});
  INFO(row.name);
  Signing shop;
  for (const auto& [name, value] : row.switches.items()) shop.world.set_switch(name, value);
  Controller controller = shop.start();
  REQUIRE(settled(controller));
  shop.lead_to(controller);
  REQUIRE(shop.rotation_arrives(controller));
  const Json status = signature_status(controller);
  CHECK(status.at("keyKnown") == true);
  CHECK(status.at("problem") == "");
  CHECK(status.at("accepted") >= 1);
  const auto table = shop.world.certloop({"status", "--url", controller.url()});
  CHECK(table.output.find("signed notifications: key read at 2") != std::string::npos);
}

TEST_CASE("signed: what is not signed by the destination's key is refused and counted") {
  Signing shop;
  shop.world.set_switch("signed_delivery_layout",
                        "body");  // the body is a token, taken apart below
  shop.world.set_switch("signed_delivery_times", "iat");
  const std::string good = shop.delivery();
  REQUIRE_FALSE(good.empty());
  const std::string public_key = shop.public_key();
  const std::string from_the_future = shop.delivery([&] {
    shop.world.rotate(shop.id, shop.pki.issue("shop.example.com"));
    shop.world.local().post("/clock", {{"advance_seconds", 7200}});
  });
  REQUIRE_FALSE(from_the_future.empty());

  Controller controller = shop.start();
  REQUIRE(settled(controller));
  CHECK(post(controller, good).status == 200);

  // Perhaps the key was changed: the first one is asked to come again, once a minute at most.
  const auto strange = test_pki::Key::make(test_pki::KeyKind::rsa_2048);
  const std::string payload = payload_of(good);
  const std::string event = notification("secret_rotated", {shop.id}).dump();
  const std::string foreign = test::jws(strange, event);
  const auto first = post(controller, foreign);
  CHECK(first.status == 503);
  CHECK_FALSE(first.header("Retry-After").empty());
  REQUIRE(controller.log(kKeyRead));
  CHECK(post(controller, foreign).status == 401);

  const std::string head = good.substr(0, good.find('.') + 1);
  const std::string signature = good.substr(good.rfind('.'));
  const std::string none = test::base64url(R"({"alg":"none"})") + "." + payload;
  const std::string hs256 = test::base64url(R"({"alg":"HS256"})") + "." + payload;
  struct Row {
    const char* name;
    std::string body;
  };
  const Row rows[] = {{"changed", head + test::base64url(event) + signature},
                      {"no signature", good.substr(0, good.rfind('.') + 1)},
                      {"nothing but the notification", event},
                      {"empty", ""},
                      {"algorithm none", none + "."},
                      {"algorithm none, with the signature", none + signature},
                      {"HS256 by the public key",
                       hs256 + "." + test::base64url(test::hmac_sha256(public_key, hs256))},
                      {"from the future", from_the_future}};
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(post(controller, row.body).status == 401);
  }
  CHECK(post(controller, std::string(200'000, 'x')).status == 413);
  CHECK(cloud_client::call("POST", controller.url() + "/v1/resync", {}, good).status == 401);
  CHECK(post(controller, good).status == 200);
  const Json status = signature_status(controller);
  CHECK(status.at("accepted") == 2);
  CHECK(status.at("deferred") == 1);
  CHECK(status.at("refused") ==
        Json{{"malformed", 2}, {"algorithm", 3}, {"signature", 3}, {"time", 1}});
}

TEST_CASE("signed: a key that was changed in the cloud is fetched again, without a restart") {
  Signing shop;
  Controller controller = shop.start();
  REQUIRE(settled(controller));
  shop.lead_to(controller);
  REQUIRE(shop.rotation_arrives(controller));
  const std::string old_key = shop.public_key();
  REQUIRE(shop.world.local().post("/en/renew-signing-keys").status == 204);
  CHECK(shop.public_key() != old_key);
  CHECK(shop.rotation_arrives(controller));
  const Json status = signature_status(controller);
  CHECK(status.at("deferred") >= 1);
  CHECK(status.at("refused").at("signature") == 0);
}

TEST_CASE("signed: while the key cannot be had, senders are asked to come again, and it recovers") {
  Signing shop;
  const std::string good = shop.delivery();
  shop.world.fault({{"service", "en"},
                    {"method", "GET"},
                    {"path", "*/public_key"},
                    {"count", -1},
                    {"status", 403}});
  Controller controller = shop.start();
  REQUIRE(settled(controller, kKeyNotRead));
  const auto answer = post(controller, good);
  CHECK(answer.status == 503);
  CHECK_FALSE(answer.header("Retry-After").empty());
  CHECK(cloud_client::call("GET", controller.url() + "/readyz").status == 200);
  const Json status = signature_status(controller);
  CHECK(status.at("keyKnown") == false);
  CHECK(status.at("problem").get<std::string>().find("role Reader") != std::string::npos);
  const auto table = shop.world.certloop({"status", "--url", controller.url()});
  CHECK(table.output.find("no key yet") != std::string::npos);

  REQUIRE(shop.world.local().erase("/faults").status < 300);
  REQUIRE(controller.log(kKeyRead));
  CHECK(post(controller, good).status == 200);
  shop.lead_to(controller);
  CHECK(shop.rotation_arrives(controller));
}

TEST_CASE("signed: a shared secret goes on letting in beside the signature") {
  Signing shop;
  const std::string good = shop.delivery();
  Controller controller(shop.world, {"--event-notifications-destination", shop.destination});
  REQUIRE(settled(controller));
  const Json event = notification("secret_rotated", {shop.id});
  CHECK(controller.client().post("/", event).status == 200);
  CHECK(controller.client().send("POST", "/", {}, good).status == 200);  // both
  CHECK(Client(controller.url()).bearer("not-the-secret-0123456789").post("/", event).status ==
        401);
  CHECK(signature_status(controller).at("accepted") == 1);
}

TEST_CASE("signed: a destination that cannot be one is told at start, with what to write") {
  World world;
  world.write_mapping();
  const auto told = [&](const std::vector<std::string>& more, const std::string& advice) {
    std::vector<std::string> arguments{"run", "--event-notifications-destination"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto finished = world.certloop(arguments);
    CHECK(finished.code == 1);
    CHECK(finished.error.find(advice) != std::string::npos);
  };
  told({"https://en.example"}, "/v1/instances/<guid>/destinations/<id>");
  told({"http://en.example/v1/instances/i/destinations/d"}, "https://");
  told({"https://en.example/v1/instances/i/destinations/d", "--allow-unauthenticated"}, "excludes");
}

#include "tests/e2e/world.h"
#include "tests/support/catch.h"

using namespace e2e;

namespace {

// One certificate, one target, and the options of their mapping in YAML.
struct Owned {
  World world{};
  Pki pki{};
  Certificate first = pki.issue("shop.example.com");
  Certificate by_hand = Pki().issue("shop.example.com");
  std::string id = world.import_certificate("front", first);

  explicit Owned(const std::vector<std::string>& options) {
    world.map("storefront", id, {{"shop", "front-tls"}}, "", options);
    world.write_mapping();
  }
  void edit_by_hand() {
    world.edit_by_hand("shop", "front-tls",
                       {{"tls_cert", by_hand.certificate}, {"tls_key", by_hand.private_key}});
  }
  std::string key_in_place() const { return world.data_of("shop", "front-tls").at("tls_key"); }
  // Has the controller look, and gives the reason that it answers with.
  std::string look(const Controller& controller) const {
    const auto answer =
        controller.client().post("/v1/notifications", notification("secret_rotated", {id}));
    return answer.json().at("mappings").at(0).at("targets").at(0).at("reason");
  }
  // The conditions, by their types.
  static std::map<std::string, Json> conditions(const Controller& controller) {
    std::map<std::string, Json> all;
    const Json status = Client(controller.url()).get("/v1/status").json();
    for (const Json& one : status.at("mappings").at(0).at("targets").at(0).at("conditions")) {
      all[one.at("type")] = one;
    }
    return all;
  }
};

}  // namespace

TEST_CASE("drift: report leaves an edited target as it is, says so, and writes what is new") {
  Owned shop({"drift: report"});
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled", {"TargetMissing"}));
  shop.edit_by_hand();
  CHECK(controller.client().post("/v1/resync").status == 200);
  REQUIRE(controller.log("reconciled", {"DriftReported", "resync"}));
  CHECK(shop.look(controller) == "DriftReported");
  CHECK(shop.key_in_place() == shop.by_hand.private_key);
  CHECK(Owned::conditions(controller).at("Stalled").at("status") == "True");

  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);
  CHECK(shop.look(controller) == "ContentDiffers");
  CHECK(shop.key_in_place() == second.private_key);
}

TEST_CASE("suspend: nothing is written; plan and status say what would be") {
  Owned shop({"suspend: true"});
  const auto plan = shop.world.certloop({"plan"});
  CHECK(plan.output.find("Suspended") != std::string::npos);
  CHECK(plan.output.find("would create") != std::string::npos);

  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled", {"Suspended"}));
  CHECK(shop.look(controller) == "Suspended");
  const auto conditions = Owned::conditions(controller);
  CHECK(conditions.at("Ready").at("status") == "False");
  CHECK(conditions.at("Ready").at("reason") == "Suspended");
  CHECK(conditions.at("Stalled").at("status") == "False");
  CHECK(shop.world.writes() == 0);
}

TEST_CASE("contention: who keeps changing a target is told, not fought; a rotation is written") {
  Owned shop({});
  Controller controller(shop.world);
  REQUIRE(controller.log("reconciled", {"TargetMissing"}));
  for (const char* reason : {"ContentDiffers", "ContentDiffers", "Contended"}) {
    shop.edit_by_hand();
    CHECK(shop.look(controller) == reason);
  }
  CHECK(shop.key_in_place() == shop.by_hand.private_key);
  const std::string message = Owned::conditions(controller).at("Stalled").at("message");
  CHECK(message.find("changed the secret 3 times since 20") != std::string::npos);

  const Certificate second = shop.pki.issue("shop.example.com");
  shop.world.rotate(shop.id, second);
  CHECK(shop.look(controller) == "ContentDiffers");
  CHECK(shop.key_in_place() == second.private_key);
}

TEST_CASE("onExisting: a secret that somebody else made is held by sync and left as it is") {
  for (const char* option : {"onExisting: adoptIfEqual", "onExisting: refuse"}) {
    DYNAMIC_SECTION(option) {
      Owned shop({option});
      CHECK(shop.world.certloop({"sync"}).code == 0);
      shop.edit_by_hand();
      const std::size_t before = shop.world.writes();
      const auto sync = shop.world.certloop({"sync"});
      CHECK(sync.code == 1);
      CHECK(sync.output.find("NotOurs") != std::string::npos);
      CHECK(shop.world.writes() == before);
    }
  }
}

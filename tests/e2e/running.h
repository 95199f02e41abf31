#pragma once
#include "tests/e2e/world.h"
#include "tests/support/catch.h"

namespace e2e {

// One certificate for two targets in two projects, for controllers that run.
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
  // What happens to the next read of a certificate: "delay_ms", "status", …
  void disturb_next_read(const char* effect, int value) {
    world.fault({{"service", "sm"},
                 {"method", "GET"},
                 {"path", "*/versions/current"},
                 {"count", 1},
                 {effect, value}});
  }
  bool in_place(const Certificate& certificate) {
    for (const char* project : {"shop", "admin"}) {
      const Json data = world.data_of(project, "front-tls");
      if (data.empty() || data.at("tls_key") != certificate.private_key) return false;
    }
    return true;
  }
};

}  // namespace e2e

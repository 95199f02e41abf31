#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/chaos/observer.h"
#include "tests/support/catch.h"

using namespace e2e;
using namespace chaos;

namespace {

// "Max core file size   0   0   bytes" -> {"0", "0"}
std::pair<std::string, std::string> core_limits(pid_t pid) {
  std::ifstream limits("/proc/" + std::to_string(pid) + "/limits");
  for (std::string line; std::getline(limits, line);) {
    if (line.rfind("Max core file size", 0) != 0) continue;
    std::istringstream fields(line.substr(sizeof "Max core file size"));
    std::pair<std::string, std::string> found;
    fields >> found.first >> found.second;
    return found;
  }
  return {};
}

// Lets programs that this one starts leave core files, as far as it may.
class CoresAllowed {
 public:
  CoresAllowed() {
    getrlimit(RLIMIT_CORE, &before_);
    const rlimit most{before_.rlim_max, before_.rlim_max};
    setrlimit(RLIMIT_CORE, &most);
  }
  ~CoresAllowed() { setrlimit(RLIMIT_CORE, &before_); }

 private:
  rlimit before_{};
};

// Does an aborted program that takes no care leave a core file here? Without that the test below
// proves only the limits.
bool aborted_programs_dump() {
  const Folder folder;
  test_support::Process careless({"/bin/sh", "-c", "cd " + folder.path("") + " && kill -ABRT $$"});
  return careless.wait() == 128 + SIGABRT && careless.dumped_core();
}

}  // namespace

TEST_CASE("core: a controller that is aborted leaves no core file") {
  const CoresAllowed cores;
  const bool meaningful = aborted_programs_dump();
  World world;
  Pki pki;
  const std::string id = world.import_certificate("front", pki.issue("shop.example.com"));
  world.map("storefront", id, {{"shop", "front-tls"}});
  world.write_mapping();
  Controller controller(world);
  REQUIRE(controller.log("reconciled", {"shop/front-tls"}));

  const pid_t pid = controller.process().pid();
  const auto limits = core_limits(pid);
  CHECK(limits.first == "0");
  CHECK(limits.second == "0");
  controller.process().signal(SIGABRT);
  CHECK(controller.process().wait() == 128 + SIGABRT);
  CHECK_FALSE(controller.process().dumped_core());
  std::cout << "core: limits 0/0, aborted, no core file"
            << (meaningful ? "; a careless program leaves one here\n"
                           : "; BUT NO PROGRAM LEAVES ONE ON THIS MACHINE\n");
}

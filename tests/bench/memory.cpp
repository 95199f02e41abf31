// Resident memory of a controller that keeps so many mappings in sync, against the local cloud: a
// check, but none of the test suites, since it takes minutes. hack/bench-memory.sh builds and runs
// it.
#include <fstream>
#include <future>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "tests/e2e/world.h"

namespace {

using namespace e2e;

constexpr std::size_t kEach = 100;     // targets of a project: its quota
constexpr std::size_t kProjects = 20;  // of a region: its quota

// Beyond what one mapping takes, of ten thousand or fewer.
constexpr std::size_t kMany = 10'000;
constexpr long kMostKib = 32 * 1024;

Json created(const cloud_client::Answer& answer) {
  if (answer.status >= 300) throw std::runtime_error("arranging failed: " + answer.body);
  return answer.json();
}

// Imports them by many hands, since each call waits for the cloud; their ids in order.
std::vector<std::string> import(World& world, std::size_t count) {
  constexpr std::size_t kHands = 16;
  const Certificate certificate = Pki().issue("shop.example.com");
  std::vector<std::string> ids(count);
  std::vector<std::future<void>> hands;
  for (std::size_t hand = 0; hand < kHands; ++hand) {
    hands.push_back(std::async(std::launch::async, [&, hand] {
      for (std::size_t i = hand; i < count; i += kHands) {
        ids[i] = world.import_certificate("cert-" + std::to_string(i), certificate);
      }
    }));
  }
  for (auto& hand : hands) hand.get();
  return ids;
}

// A mapping of `count` certificates to one target each, all there in the cloud.
std::string arrange(World& world, std::size_t count) {
  const auto& environment = world.addresses();
  const std::string sm = environment.at("LOCALCLOUD_SM_URL");
  std::string engine = environment.at("LOCALCLOUD_CE_URL_A");
  engine.resize(engine.rfind("/ce/"));
  const std::vector<std::string> ids = import(world, count);
  std::ostringstream projects;
  std::ostringstream mappings;
  std::string project;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % kEach == 0) {
      const std::string region = "bench-" + std::to_string(i / kEach / kProjects);
      project = "p" + std::to_string(i / kEach);
      const std::string url = engine + "/ce/" + region + "/v2";
      const Json made = created(world.signed_in(url).post("/projects", {{"name", project}}));
      projects << "    " << project << ": { id: " << made.at("id").get<std::string>() << ", url: \""
               << url << "\" }\n";
    }
    const std::string name = "cert-" + std::to_string(i);
    mappings << "    - name: " << name << "\n      from: { secretsManager: main, id: " << ids[i]
             << " }\n      to: [ { project: " << project << ", secret: " << name << " } ]\n";
  }
  return "apiVersion: certloop.dev/v1\nkind: CertificateMapping\nmetadata:\n  name: bench\nspec:\n"
         "  secretsManagers:\n    main: { url: \"" +
         sm + "\" }\n  projects:\n" + projects.str() + "  mappings:\n" + mappings.str();
}

long resident_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stol(line.substr(6));
  }
  throw std::runtime_error("no VmRSS");
}

long measure(std::size_t count) {
  World world;
  world.set_switch("ce_project_start_ms", 0);
  const std::string mapping = world.folder().write("bench.yaml", arrange(world, count));
  Controller controller(world, {"--mapping", mapping});
  for (std::size_t looks = 0; looks < count; ++looks) {
    const auto line = controller.log("reconciled");
    if (!line || line->find("\"error\"") != std::string::npos) {
      throw std::runtime_error("a look failed: " + line.value_or(""));
    }
  }
  return resident_kib(controller.process().pid());
}

}  // namespace

// The numbers of mappings, as arguments. Fails when they take more than they may.
int main(int argc, char** argv) {
  const long empty = measure(1);
  std::cout << std::setw(10) << "mappings" << std::setw(14) << "resident KiB" << std::setw(14)
            << "beyond one\n";
  std::cout << std::setw(10) << 1 << std::setw(14) << empty << '\n';
  int failures = 0;
  for (int i = 1; i < argc; ++i) {
    const std::size_t count = std::stoul(argv[i]);
    const long resident = measure(count);
    std::cout << std::setw(10) << count << std::setw(14) << resident << std::setw(13)
              << resident - empty << std::endl;
    if (count > kMany || resident - empty <= kMostKib) continue;
    std::cerr << count << " mappings may take " << kMostKib << " KiB beyond one\n";
    ++failures;
  }
  return failures == 0 ? 0 : 1;
}

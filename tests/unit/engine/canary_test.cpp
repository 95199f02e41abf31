// A private key goes through every path of the loop; nothing that people see may show a part of it.
#include <algorithm>
#include <future>
#include <sstream>

#include "api/v1/status.h"
#include "controller/engine/runner.h"
#include "tests/support/catch.h"
#include "tests/support/fakes_telemetry.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::Call;
using test::source_by_id;
using test::tls_target;

// A loop over the fake cloud, and all that it ever said.
struct Bench {
  test::World world;
  test::RealClock clock;
  test::RecordingTelemetry telemetry;
  Runner runner{world.reconciler, telemetry, clock, [] { return 0.0; }, {}};
  std::string said;

  Bench() {
    runner.set_bindings({test::binding_of("b", {tls_target("a"), tls_target("b")})});
    runner.start();
  }
  // One more look, listened to.
  void look() {
    auto promise = std::make_shared<std::promise<WakeResult>>();
    runner.wake({{"", source_by_id().id, "", ""}}, Trigger::notified,
                [promise](WakeResult result) { promise->set_value(std::move(result)); });
    for (const auto& run : promise->get_future().get().runs) {
      for (const auto& target : run.outcome->targets) {
        if (target.plan) said += target.plan->message + target.plan->if_match + "\n";
        if (target.error) said += target.error->message + "\n";
      }
    }
    v1::Status status;
    status.mappings = runner.statuses();
    said += v1::to_json(status) + telemetry.everything();
  }
};

// Lines of a PEM text that no other text has.
std::vector<std::string> marks_of(const std::string& pem) {
  std::vector<std::string> marks;
  std::istringstream lines(pem);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("-----", 0) != 0 && line.size() >= 16) marks.push_back(line.substr(0, 16));
  }
  return marks;
}

}  // namespace

TEST_CASE("no part of a private key reaches telemetry, status or an error") {
  Bench bench;
  const auto leaf = bench.world.issue();
  const auto other = bench.world.issue();
  const std::string key = leaf.private_key();
  auto material = bench.world.material(leaf);
  const auto put = [&] { bench.world.cloud.put(source_by_id(), material); };

  put();
  bench.look();  // create
  bench.look();  // in sync
  bench.world.cloud.put(tls_target("a"), "tls", {{"tls_cert", key}, {"tls_key", "x" + key}});
  bench.look();  // replace over a key in the wrong place
  bench.world.cloud.put(tls_target("a"), "generic", {{key, key}});
  bench.look();  // hold
  bench.world.cloud.on(Call::read_source, bench.world.cloud.calls(Call::read_source) + 1,
                       {[&] { throw std::runtime_error(key); }, {}, false});
  bench.look();  // an exception that quotes it
  material.certificate = key;
  put();
  bench.look();  // a key where the certificate belongs
  material = bench.world.material(leaf);
  material.issuers = {key};
  put();
  bench.look();  // a key among the issuers
  material = bench.world.material(leaf);
  material.private_key = "x" + key;
  put();
  bench.look();  // text around the key
  material.private_key = key.substr(0, key.size() / 2);
  put();
  bench.look();  // half of it
  material = bench.world.material(other);
  material.private_key = key;
  put();
  bench.look();  // a key that does not fit

  const auto marks = marks_of(key);
  REQUIRE(marks.size() >= 2);
  CHECK(bench.said.size() > 1000);
  for (const std::string& mark : marks) CHECK(bench.said.find(mark) == std::string::npos);
  CHECK(bench.said.find("PRIVATE KEY") == std::string::npos);
}

}  // namespace certloop

#include <csignal>
#include <iomanip>
#include <iostream>
#include <map>

#include "tests/chaos/observer.h"
#include "tests/support/catch.h"

using namespace e2e;
using namespace chaos;

// Every fault of the local cloud at every outgoing call, each pair with a cloud and a controller of
// its own, many at a time.
namespace {

struct Call {
  std::string name{};
  Json requests{};  // which ones a fault is to meet
  bool by_name = false;
  bool target_exists = false;
};

struct Disturbance {
  std::string name{};
  Json effect{};
  bool passes = false;  // of the kind that the controller must get over with no help
};

std::vector<Call> calls() {
  return {
      {"IAM token", {{"service", "iam"}, {"path", "*/identity/token"}}},
      {"SM by id", {{"service", "sm"}, {"path", "*/versions/current"}}},
      {"SM by name", {{"service", "sm"}, {"path", "*/secret_types/*"}}, true},
      {"CE get", {{"service", "ce"}, {"method", "GET"}, {"path", "*/front-tls"}}, false, true},
      {"CE create", {{"service", "ce"}, {"method", "POST"}}},
      {"CE replace", {{"service", "ce"}, {"method", "PUT"}}, false, true},
  };
}

std::vector<Disturbance> disturbances() {
  return {
      // The slowest first: a refused API key is not tried again for half a minute.
      {"401", {{"status", 401}}},
      {"403", {{"status", 403}}},
      {"404", {{"status", 404}}},
      {"400", {{"status", 400}}},
      {"409", {{"status", 409}}},
      {"412", {{"status", 412}}},
      {"429 + Retry-After", {{"status", 429}, {"retry_after", 2}}, true},
      {"500", {{"status", 500}}, true},
      {"502", {{"status", 502}}, true},
      {"503", {{"status", 503}}, true},
      {"504", {{"status", 504}}, true},
      {"stale token", {{"stale_token", true}}},
      {"beyond the time-out", {{"delay_ms", 5'000}}, true},
      {"reset", {{"reset", true}}, true},
      {"applied, dropped", {{"drop_answer", true}}, true},
      {"applied, reset", {{"drop_answer", true}, {"reset", true}}, true},
      {"body cut", {{"cut_body", true}}, true},
      {"JSON broken off", {{"wrong_json", true}}},
      {"200, no JSON", {{"status", 200}, {"body", "<html>all is well</html>"}}},
      {"200, empty object", {{"status", 200}, {"body", Json::object()}}},
      {"200, oversized", {{"status", 200}, {"body", std::string(5U << 20, 'x')}}},
      {"204", {{"status", 204}}},
      {"302", {{"status", 302}}},
  };
}

struct Verdict {
  std::string defect{};  // empty: all was as it must be
  std::string first{};   // what the disturbed look said
  bool by_itself = false;
};

// The word after `"name":"` in a log line.
std::string word(const std::string& line, const std::string& name) {
  return Json::parse(line).value(name, "");
}

// Milliseconds of a log line's day.
std::int64_t time_of(const std::string& line) {
  const std::string time = word(line, "time");  // 2026-01-31T12:34:56.789Z
  const auto number = [&](std::size_t at, std::size_t count) {
    return std::stoll(time.substr(at, count));
  };
  return ((number(11, 2) * 60 + number(14, 2)) * 60 + number(17, 2)) * 1000 + number(20, 3);
}

class Trial {
 public:
  Trial(const Call& call, const Disturbance& disturbance)
      : call_(call), disturbance_(disturbance) {}

  Verdict run() {
    prepare();
    Controller controller(world_, options());
    const auto disturbed = controller.log("reconciled");
    if (!disturbed) return {"no look was made at all"};
    if (!fault_was_met(world_, start_)) return {"the fault met nothing"};
    end_faults(world_);
    verdict_.first = word(*disturbed, "error");
    if (verdict_.first.empty()) verdict_.first = word(*disturbed, "reason");
    converge(controller, *disturbed);
    if (verdict_.defect.empty()) inspect(controller);
    return verdict_;
  }

 private:
  void prepare() {
    const std::string id = world_.import_certificate("front", wanted_);
    if (call_.target_exists) put_in_place(world_, "shop", "front-tls", old_);
    put_in_place(world_, "shop", "neighbour", old_);
    if (call_.by_name) {
      world_.map_by_name("front", "front", {{"shop", "front-tls"}});
    } else {
      world_.map("front", id, {{"shop", "front-tls"}});
    }
    world_.write_mapping();
    secret_id_ = id;
    start_ = mark(world_);
    Json fault = call_.requests;
    fault.update(disturbance_.effect);
    fault["count"] = -1;
    world_.fault(fault);
  }

  std::vector<std::string> options() const {
    if (!disturbance_.effect.contains("delay_ms")) return {};
    return {"--run-deadline", "1s"};
  }

  bool right() const { return holds(world_, "shop", "front-tls", wanted_); }

  // Until the target is right: by the controller's own retry where that must be enough, else with
  // notifications, as the next event or the periodic look would bring them.
  void converge(Controller& controller, const std::string& disturbed) {
    const auto own = disturbance_.passes ? controller.log("reconciled") : std::nullopt;
    if (own) check_pause(disturbed, *own);
    verdict_.by_itself = right() && own;
    if (disturbance_.passes && !verdict_.by_itself) {
      verdict_.defect = own ? "its own retry did not make it right: " + *own : "no retry came";
      return;
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(50);
    while (!right() && std::chrono::steady_clock::now() < until) {
      notify(controller);
      // Paced by what it says, not by the clock.
      controller.process().wait_for_line(
          [](const std::string& line) { return word(line, "trigger") == "retry"; },
          test_support::Milliseconds(500));
    }
    if (!right()) verdict_.defect = "it did not converge";
  }

  void check_pause(const std::string& disturbed, const std::string& own) {
    if (!disturbance_.effect.contains("retry_after")) return;
    const auto pause = time_of(own) - time_of(disturbed);
    if (pause >= 0 && pause < 1'900) verdict_.defect = "Retry-After was not kept";
  }

  cloud_client::Answer notify(Controller& controller) const {
    Json event = notification("secret_rotated", {secret_id_});
    event["data"]["secrets"][0]["secret_name"] = "front";
    return controller.client().post("/v1/notifications", event);
  }

  // One change was needed; nothing else may have been touched, and all must be quiet.
  void inspect(Controller& controller) {
    const auto answer = notify(controller);
    if (answer.body.find("\"InSync\"") == std::string::npos) {
      verdict_.defect = "not in sync at last: " + answer.body;
    }
    const std::size_t writes = applied_writes(world_, start_);
    if (writes != 1) verdict_.defect = std::to_string(writes) + " writes in place of one";
    if (!right()) verdict_.defect = "wrong at last";
    if (!holds(world_, "shop", "neighbour", old_)) verdict_.defect = "a neighbour was touched";
    controller.process().signal(SIGTERM);
    if (controller.process().wait() != 0) verdict_.defect = "it did not stop in order";
  }

  const Call& call_;
  const Disturbance& disturbance_;
  World world_{};
  Pki pki_{};
  Certificate old_ = pki_.issue("shop.example.com");
  Certificate wanted_ = pki_.issue("shop.example.com");
  std::string secret_id_{};
  std::uint64_t start_ = 0;
  Verdict verdict_{};
};

Verdict try_one(const Call& call, const Disturbance& disturbance) {
  try {
    return Trial(call, disturbance).run();
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

void print(const std::vector<Call>& columns, const std::vector<Disturbance>& rows,
           const std::vector<Verdict>& verdicts) {
  std::cout << "what the disturbed look said; * : right again by its own retry, else at the next "
               "notification\n"
            << std::left << std::setw(22) << "";
  for (const Call& call : columns) std::cout << std::setw(20) << call.name;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (i % columns.size() == 0)
      std::cout << '\n' << std::setw(22) << rows[i / columns.size()].name;
    const Verdict& verdict = verdicts[i];
    std::cout << std::setw(20)
              << (verdict.defect.empty() ? verdict.first + (verdict.by_itself ? " *" : "")
                                         : "DEFECT");
  }
  std::cout << '\n';
}

}  // namespace

TEST_CASE("fault matrix: after any fault at any call the one needed write is made, and no other") {
  const auto columns = calls();
  const auto rows = disturbances();
  std::vector<Verdict> verdicts(columns.size() * rows.size());
  const auto start = std::chrono::steady_clock::now();
  in_parallel(16, verdicts.size(), [&](std::size_t i) {
    verdicts[i] = try_one(columns[i % columns.size()], rows[i / columns.size()]);
  });
  print(columns, rows, verdicts);
  std::size_t converged = 0;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    INFO(rows[i / columns.size()].name << " at " << columns[i % columns.size()].name);
    CHECK(verdicts[i].defect == "");
    converged += verdicts[i].defect.empty() ? 1 : 0;
  }
  std::cout << "fault matrix: " << verdicts.size() << " cases, " << converged << " converged, in "
            << std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() -
                                                                start)
                   .count()
            << " s\n";
}

#include <atomic>
#include <csignal>
#include <iostream>
#include <thread>

#include "tests/chaos/observer.h"
#include "tests/support/catch.h"

using namespace e2e;
using namespace chaos;

// Two controllers that know nothing of each other, on one mapping, both told of every rotation at
// once.
namespace {

constexpr std::size_t kLanes = 4;  // sources, each with a target in both projects
constexpr std::size_t kRotations = 2'000;
constexpr std::size_t kTargets = 2;

struct Lane {
  std::string id{};
  std::string target{};
  Pki pki{};
  Certificate last = pki.issue("shop.example.com");
};

// Reads a controller's log to its end, so that it never waits for a reader. A lost
// race for a write is an error that is told and repeated; any other error is a defect.
class Reader {
 public:
  explicit Reader(Controller& controller) : controller_(controller), thread_([this] { read(); }) {}
  // The controller must have been told to end.
  void join() { thread_.join(); }
  std::size_t conflicts() const { return conflicts_; }
  const std::string& other() const { return other_; }

 private:
  void read() {
    const auto count = [this](const std::string& line) {
      if (line.find("\"error\":\"conflict\"") != line.npos) {
        ++conflicts_;
      } else if (line.find("\"level\":\"error\"") != line.npos) {
        other_ += line + "\n";
      }
      return false;
    };
    controller_.process().wait_for_line(count, test_support::Milliseconds(120'000));
  }

  Controller& controller_;
  std::size_t conflicts_ = 0;
  std::string other_{};
  std::thread thread_;
};

struct Pair {
  World world{};
  std::vector<Lane> lanes{};

  Pair() {
    for (std::size_t i = 0; i < kLanes; ++i) {
      Lane lane{"", "t" + std::to_string(i)};
      lane.id = world.import_certificate(lane.target, lane.last);
      put_in_place(world, "shop", lane.target, lane.last);
      put_in_place(world, "admin", lane.target, lane.last);
      world.map(lane.target, lane.id, {{"shop", lane.target}, {"admin", lane.target}});
      lanes.push_back(lane);
    }
    world.write_mapping("1h");
  }

  // Both are told, both answer: then at least one has written.
  static bool tell(const std::string& url, const std::string& id) {
    const auto answer =
        Client(url).bearer(kSharedSecret).post("/", notification("secret_rotated", {id}));
    return answer.status == 200 || answer.status == 503;  // 503: it lost both races
  }

  std::size_t rotate(Lane& lane, std::size_t times, const std::string& left,
                     const std::string& right) {
    std::size_t answered = 0;
    for (std::size_t i = 0; i < times; ++i) {
      lane.last = lane.pki.issue("shop.example.com");
      world.rotate(lane.id, lane.last);
      bool left_answered = false;
      std::thread other([&] { left_answered = tell(left, lane.id); });
      const bool right_answered = tell(right, lane.id);
      other.join();
      answered += left_answered && right_answered ? 1 : 0;
    }
    return answered;
  }
};

}  // namespace

TEST_CASE("pair: two controllers follow 2,000 rotations with one write for each and target") {
  Pair pair;
  const std::vector<std::string> options{"--workers", "8", "--notification-wait", "20s"};
  Controller left(pair.world, options);
  Controller right(pair.world, options);
  for (Controller* controller : {&left, &right}) {
    REQUIRE(controller->logged_all("reconciled", {"shop/t0", "shop/t1", "shop/t2", "shop/t3"}));
  }
  Reader left_reader(left);
  Reader right_reader(right);
  const auto start = mark(pair.world);

  std::atomic<std::size_t> answered = 0;
  in_parallel(kLanes, kLanes, [&](std::size_t i) {
    answered += pair.rotate(pair.lanes[i], kRotations / kLanes, left.url(), right.url());
  });

  const std::size_t writes = applied_writes(pair.world, start);
  const std::size_t requests = requests_since(pair.world, start).size();
  for (Controller* controller : {&left, &right}) controller->process().signal(SIGTERM);
  left_reader.join();
  right_reader.join();
  CHECK(answered == kRotations);
  CHECK(writes == kRotations * kTargets);
  CHECK(requests <= kRotations * 16);
  for (const Lane& lane : pair.lanes) {
    for (const char* project : {"shop", "admin"}) {
      CHECK(holds(pair.world, project, lane.target, lane.last));
    }
  }
  CHECK(applied_writes(pair.world, start) == writes);
  CHECK(left_reader.other() == "");
  CHECK(right_reader.other() == "");
  std::cout << "pair: " << kRotations << " rotations, " << writes << " writes, "
            << left_reader.conflicts() + right_reader.conflicts() << " lost races, " << requests
            << " requests\n";
}

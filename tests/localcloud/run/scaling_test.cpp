#include <algorithm>
#include <future>
#include <set>

#include "tests/localcloud/run/stage.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

bool all_well(const std::vector<Answer>& answers) {
  return std::all_of(answers.begin(), answers.end(),
                     [](const Answer& answer) { return answer.status == 200; });
}

}  // namespace

TEST_CASE("fifty requests at once to an app at zero start one instance") {
  const Stage at;
  at.app("shop", {{"scale_initial_instances", 0}});
  at.ready_app("shop");
  REQUIRE(at.count("shop", "started") == 0);
  CHECK(all_well(at.crowd("shop", "/", 50)));
  CHECK(at.count("shop", "started") == 1);
}

TEST_CASE("an idle app goes to zero by SIGTERM and comes back with the next request") {
  const Stage at;
  at.set("ce_idle_ms", 50);
  at.app("shop");
  at.ready_app("shop");
  CHECK(at.count("shop", "SIGTERM", 1) == 1);
  CHECK(at.instances("shop", 0).empty());
  CHECK(at.project.get("/apps/shop").json()["status"] == "ready");
  CHECK(at.visit("shop").status == 200);
  CHECK(at.count("shop", "started") == 2);
}

TEST_CASE("more requests than the target start more instances, up to the most") {
  const Stage at;
  at.app("shop", {{"scale_concurrency", 1}, {"scale_max_instances", 3}});
  at.ready_app("shop");
  const auto answers = at.held_crowd("shop", 6, 3);
  CHECK(all_well(answers));
  std::set<std::string> instances;
  for (const Answer& answer : answers) instances.insert(answer.body);
  CHECK(instances.size() == 3);
  CHECK(at.count("shop", "started") == 3);
  CHECK(at.instances("shop", 3).size() == 3);
}

TEST_CASE("what is too many after a crowd goes, and the fewest stay") {
  const Stage at;
  at.set("ce_idle_ms", 50);
  at.app("shop", {{"scale_concurrency", 1}, {"scale_min_instances", 1}});
  at.ready_app("shop");
  CHECK(all_well(at.held_crowd("shop", 3, 3)));
  CHECK(at.count("shop", "started") == 3);
  CHECK(at.count("shop", "SIGTERM", 2) == 2);
  CHECK(at.instances("shop", 1).size() == 1);
}

TEST_CASE("equal bounds switch autoscaling off") {
  const Stage at;
  at.set("ce_idle_ms", 0);
  at.app("shop",
         {{"scale_concurrency", 1}, {"scale_min_instances", 2}, {"scale_max_instances", 2}});
  at.ready_app("shop");
  CHECK(all_well(at.crowd("shop", "/slow/20", 10)));
  CHECK(at.count("shop", "started") == 2);
  CHECK(at.count("shop", "SIGTERM") == 0);
}

TEST_CASE("an app does not grow beyond the room of its project") {
  const Stage at;
  at.fill_project(9);
  at.app("shop",
         {{"scale_concurrency", 1}, {"scale_cpu_limit", "12"}, {"scale_memory_limit", "48G"}});
  at.ready_app("shop");
  CHECK(all_well(at.crowd("shop", "/slow/20", 4)));
  CHECK(at.count("shop", "started") == 1);
}

TEST_CASE("an instance that goes finishes its requests before SIGTERM, or after") {
  for (const bool before : {true, false}) {
    CAPTURE(before);
    const Stage at;
    at.set("ce_drain_before_sigterm", before);
    at.app("shop");
    at.ready_app("shop");
    const std::string target = before ? at.held() : "/until-sigterm";
    auto slow = std::async(std::launch::async, [&] { return at.visit("shop", target); });
    CHECK(at.count("shop", "slow begins", 1) == 1);
    at.change("shop", {{"run_arguments", Json::array({"new"})}});
    at.ready_app("shop");
    at.gate.open();
    CHECK(at.count("shop", "SIGTERM", 1) == 1);
    CHECK(slow.get().status == 200);
    const std::string log = at.log("shop");
    CHECK((log.find("SIGTERM") > log.find("slow ends")) == before);
  }
}

TEST_CASE("an instance that does not end by SIGTERM is killed after the request timeout") {
  const Stage at;
  at.app("shop", {{"scale_request_timeout", 1}});
  REQUIRE(at.insist("shop", "/stubborn").status == 200);
  const pid_t process = std::stoi(at.insist("shop", "/pid").body);
  const auto start = std::chrono::steady_clock::now();
  at.project.erase("/apps/shop");
  CHECK(at.count("shop", "SIGTERM", 1) == 1);
  CHECK(gone(process));
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::seconds(1));
}

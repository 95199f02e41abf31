#include "hack/localcloud/run/logs.h"

#include "tests/support/catch.h"

using localcloud::Json;
using localcloud::Params;
using localcloud::Request;
using localcloud::World;
using localcloud::run::LogId;
using localcloud::run::Logs;

namespace {

const LogId kShop{"p", "apps", "shop"};

Params path_of(const LogId& id) {
  return {{"project_id", id.project_id}, {"collection", id.collection}, {"name", id.name}};
}

// What is shown, without the time before each line.
std::vector<std::string> shown(const Logs& logs, std::multimap<std::string, std::string> query = {},
                               const LogId& id = kShop) {
  Request request;
  request.query = std::move(query);
  const std::string body = logs.show(request, path_of(id)).body;
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < body.size();) {
    const auto end = body.find('\n', at);
    const std::string line = body.substr(at, end - at);
    lines.push_back(line.substr(line.find(' ') + 1));
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("a log shows time, instance and text of each line, all or some") {
  const World world;
  Logs logs(world);
  logs.add(kShop, "shop-1", "hello");
  logs.add(kShop, "shop-2", "more than one word");
  logs.add(kShop, "shop-1", "");
  CHECK(shown(logs) ==
        std::vector<std::string>{"shop-1 hello", "shop-2 more than one word", "shop-1 "});
  CHECK(shown(logs, {{"instance", "shop-1"}}) ==
        std::vector<std::string>{"shop-1 hello", "shop-1 "});
  CHECK(shown(logs, {{"tail", "1"}}) == std::vector<std::string>{"shop-1 "});
  CHECK(shown(logs, {{"instance", "shop-2"}, {"tail", "5"}}) ==
        std::vector<std::string>{"shop-2 more than one word"});
}

TEST_CASE("a log of a workload that has printed nothing is not there") {
  const World world;
  const Logs logs(world);
  CHECK_THROWS_AS(logs.show({}, path_of(kShop)), localcloud::HttpError);
  CHECK(logs.list() == Json{{"logs", Json::array()}});
}

TEST_CASE("logs keep the last lines of the last workloads") {
  const World world;
  Logs logs(world);
  for (int i = 0; i < 2100; ++i) logs.add(kShop, "shop-1", std::to_string(i));
  const auto lines = shown(logs);
  REQUIRE(lines.size() == 2000);
  CHECK(lines.front() == "shop-1 100");

  const LogId loud{"p", "apps", "loud"};
  for (int i = 0; i < 100; ++i) logs.add(loud, "loud-1", std::string(16 << 10, 'x'));
  CHECK(shown(logs, {}, loud).size() == 64);

  for (int i = 0; i < 199; ++i) logs.add({"p", "job_runs", std::to_string(i)}, "x", "line");
  CHECK_THROWS_AS(logs.show({}, path_of(kShop)), localcloud::HttpError);
  CHECK(logs.list().at("logs").size() == 200);
  CHECK(logs.list().at("logs").back() ==
        Json{{"project_id", "p"}, {"collection", "job_runs"}, {"name", "198"}, {"lines", 1}});
}

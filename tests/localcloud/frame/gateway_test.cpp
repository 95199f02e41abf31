#include "hack/localcloud/frame/gateway.h"

#include <stdexcept>
#include <vector>

#include "tests/support/catch.h"

using namespace localcloud;

namespace {

// What it does with a request is the test's.
struct Scripted : Relay {
  using Script = std::function<void(Reply&)>;
  explicit Scripted(Script does) : script(std::move(does)) {}
  void handle(Request, Reply reply) override { script(reply); }
  Script script;
};

struct Door {
  explicit Door(const Scripted::Script& script) : relay(script) {
    gateway.mount("app", "/app", relay);
  }
  void knock() {
    gateway.handle({.method = "GET", .raw_path = "/app/x", .path = {"app", "x"}}, 1,
                   [this](const Answer& answer) { statuses.push_back(answer.response.status); });
  }
  Json journal() const { return records.list({})["entries"]; }

  Scripted relay;
  World world{.address = "http://127.0.0.1:1"};
  Journal records{};
  Faults faults{};
  Gateway gateway{world, records, faults};
  std::vector<int> statuses{};
};

}  // namespace

TEST_CASE("whatever a relay throws becomes its answer, unless it has given one") {
  struct Case {
    std::string what;
    Scripted::Script script;
    int status = 0;
  };
  const Case cases[] = {
      {"a refusal", [](Relay::Reply&) { throw HttpError{Response::empty(404)}; }, 404},
      {"a failure", [](Relay::Reply&) { throw std::runtime_error("on purpose"); }, 500},
      {"a failure after the reply was moved away",
       [](Relay::Reply& reply) {
         const Relay::Reply moved = std::move(reply);
         throw std::runtime_error("on purpose");
       },
       500},
      {"a failure after the answer",
       [](Relay::Reply& reply) {
         reply(Response::empty(204));
         throw std::runtime_error("on purpose");
       },
       204},
      {"no failure", [](Relay::Reply& reply) { reply(Response::empty(204)); }, 204}};
  for (const Case& one : cases) {
    CAPTURE(one.what);
    Door at(one.script);
    at.knock();
    CHECK(at.statuses == std::vector{one.status});
    REQUIRE(at.journal().size() == 1);
    CHECK(at.journal()[0]["served"] == one.status);
  }
}

TEST_CASE("what a relay answers after it has thrown is not sent any more") {
  Relay::Reply kept;
  Door at([&kept](Relay::Reply& reply) {
    kept = std::move(reply);
    throw std::runtime_error("on purpose");
  });
  at.knock();
  CHECK(at.statuses == std::vector{500});
  kept(Response::empty(204));
  CHECK(at.statuses == std::vector{500});
  CHECK(at.journal().size() == 1);
}

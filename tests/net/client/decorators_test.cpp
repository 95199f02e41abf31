#include <deque>
#include <set>

#include "controller/net/transports.h"
#include "tests/support/catch.h"

using namespace certloop;
using namespace certloop::net;
using namespace std::chrono_literals;

namespace {

class ManualClock : public Clock {
 public:
  SteadyTime steady_now() const override { return now; }
  WallTime wall_now() const override { return {}; }
  SteadyTime now{1h};
};

// Answers from a list, the last one for ever, and keeps what it was sent.
class FakeTransport : public HttpTransport {
 public:
  Result<HttpResponse> send(HttpRequest request) override {
    seen.push_back(std::move(request));
    if (clock != nullptr) clock->now += takes;
    if (error) return tl::make_unexpected(*error);
    HttpResponse answer;
    answer.status = statuses.front();
    answer.trace = "trace";
    if (statuses.size() > 1) statuses.pop_front();
    return answer;
  }
  std::deque<int> statuses{200};
  std::optional<Error> error{};
  std::vector<HttpRequest> seen{};
  ManualClock* clock = nullptr;
  Duration takes{};
};

class FakeTokens : public TokenSource {
 public:
  Result<SecretBytes> token(const v1::Credentials& credentials, SteadyTime deadline) override {
    asked.emplace_back(credentials.trusted_profile, deadline);
    if (asked.size() > works) return fail(ErrorCode::denied, "no token");
    return SecretBytes("token-" + std::to_string(rejected.size()));
  }
  void reject(const v1::Credentials& credentials, const SecretBytes& token) override {
    rejected.push_back(credentials.trusted_profile + "/" + std::string(token.reveal()));
  }
  std::size_t works = 100;
  std::vector<std::pair<std::string, SteadyTime>> asked{};
  std::vector<std::string> rejected{};
};

class FakeTelemetry : public Telemetry {
 public:
  void on(const TargetReconciled&) override {}
  void on(const NotificationReceived&) override {}
  void on(const PlaceSurveyed&) override {}
  void on(const MappingLoaded&) override {}
  void on(const MappingRejected&) override {}
  void on(const CallMade& call) override { calls.push_back(call); }
  std::vector<CallMade> calls{};
};

HttpRequest make_request(const std::string& url = "https://service.example/v2") {
  return {.method = Method::put,
          .endpoint = {.url = url, .credentials = {.trusted_profile = "profile"}},
          .path = "/secrets?name=canary",
          .headers = {{"If-Match", "tag"}},
          .content_type = "text/plain",
          .body = SecretBytes("body"),
          .deadline = SteadyTime(2h)};
}

std::vector<std::string> credentials_of(const FakeTransport& next) {
  std::vector<std::string> values;
  for (const auto& request : next.seen) values.emplace_back(request.authorization.reveal());
  return values;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a request gets the token of its endpoint's credentials and is otherwise unchanged") {
  FakeTransport next;
  FakeTokens tokens;
  BearerTransport bearer(next, tokens);
  REQUIRE(bearer.send(make_request()).has_value());
  CHECK(credentials_of(next) == Strings{"Bearer token-0"});
  CHECK(tokens.asked ==
        std::vector<std::pair<std::string, SteadyTime>>{{"profile", SteadyTime(2h)}});
  const HttpRequest& seen = next.seen.at(0);
  const HttpRequest made = make_request();
  CHECK((seen.method == made.method && seen.endpoint == made.endpoint && seen.path == made.path));
  CHECK((seen.headers == made.headers && seen.content_type == made.content_type));
  CHECK((seen.body.reveal() == "body" && seen.deadline == made.deadline));
}

TEST_CASE("after a 401 the token is rejected and the request repeated once with another") {
  FakeTransport next;
  FakeTokens tokens;
  BearerTransport bearer(next, tokens);
  const auto [name, second] = GENERATE(table<std::string, int>({
      {"the new token is good", 200},
      {"the second refusal is the answer", 401},
  }));
  INFO(name);
  next.statuses = {401, second, 500};
  const auto answer = bearer.send(make_request());
  REQUIRE(answer.has_value());
  CHECK(answer->status == second);
  CHECK(credentials_of(next) == Strings{"Bearer token-0", "Bearer token-1"});
  CHECK(tokens.rejected == Strings{"profile/token-0"});
  CHECK((next.seen.at(1).body.reveal() == "body"));
}

TEST_CASE("other refusals and failures leave the token alone") {
  FakeTransport next;
  FakeTokens tokens;
  BearerTransport bearer(next, tokens);
  SECTION("403") {
    next.statuses = {403};
  }
  SECTION("500") {
    next.statuses = {500};
  }
  SECTION("no answer") {
    next.error = Error{.code = ErrorCode::unavailable};
  }
  bearer.send(make_request());
  CHECK(next.seen.size() == 1);
  CHECK(tokens.rejected.empty());
}

TEST_CASE("without a token nothing is sent and the token's error is the answer") {
  FakeTransport next;
  FakeTokens tokens;
  BearerTransport bearer(next, tokens);
  const std::size_t works = GENERATE(0u, 1u);
  tokens.works = works;
  next.statuses = {401};
  const auto answer = bearer.send(make_request());
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::denied);
  CHECK(next.seen.size() == works);
}

TEST_CASE("telemetry is told each exchange, without the query") {
  ManualClock clock;
  FakeTransport next;
  next.clock = &clock;
  next.takes = 42ms;
  FakeTelemetry telemetry;
  LoggedTransport logged(next, telemetry, clock);
  SECTION("answered") {
    next.statuses = {404};
    CHECK(logged.send(make_request())->status == 404);
    CHECK(telemetry.calls.at(0).status == 404);
    CHECK(telemetry.calls.at(0).trace == "trace");
    CHECK(telemetry.calls.at(0).error.empty());
  }
  SECTION("failed") {
    next.error = Error{.code = ErrorCode::corrupt, .message = "nonsense"};
    CHECK(logged.send(make_request()).error().code == ErrorCode::corrupt);
    CHECK(telemetry.calls.at(0).status == 0);
    CHECK(telemetry.calls.at(0).error == "corrupt: nonsense");
  }
  REQUIRE(telemetry.calls.size() == 1);
  CHECK(telemetry.calls[0].method == "PUT");
  CHECK(telemetry.calls[0].host == "service.example");
  CHECK(telemetry.calls[0].path == "/v2/secrets");
  CHECK(telemetry.calls[0].took == Duration(42ms));
}

TEST_CASE("a URL that cannot be used is logged without being repeated") {
  ManualClock clock;
  FakeTransport next;
  FakeTelemetry telemetry;
  LoggedTransport logged(next, telemetry, clock);
  logged.send(make_request("https://user:canary@service.example"));
  CHECK(telemetry.calls.at(0).host.empty());
  CHECK(telemetry.calls.at(0).path == "/secrets");
}

TEST_CASE("beyond the rate requests wait for their turn, host by host") {
  ManualClock clock;
  FakeTransport next;
  std::vector<Duration> waits;
  RateLimitedTransport limited(next, 2.0, clock, [&](Duration wait) { waits.push_back(wait); });
  for (int call = 0; call < 5; ++call) REQUIRE(limited.send(make_request()).has_value());
  CHECK(waits == std::vector<Duration>{500ms, 1000ms, 1500ms});

  waits.clear();
  REQUIRE(limited.send(make_request("https://other.example")).has_value());
  CHECK(waits.empty());

  clock.now += 10s;
  REQUIRE(limited.send(make_request()).has_value());
  CHECK(waits.empty());
}

TEST_CASE("a turn after the deadline is left to others") {
  ManualClock clock;
  FakeTransport next;
  std::vector<Duration> waits;
  RateLimitedTransport limited(next, 1.0, clock, [&](Duration wait) { waits.push_back(wait); });
  REQUIRE(limited.send(make_request()).has_value());
  HttpRequest hasty = make_request();
  hasty.deadline = clock.now + 999ms;
  const auto refused = limited.send(std::move(hasty));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(next.seen.size() == 1);
  CHECK(waits.empty());

  HttpRequest patient = make_request();
  patient.deadline = clock.now + 1s;
  REQUIRE(limited.send(std::move(patient)).has_value());
  CHECK(waits == std::vector<Duration>{1000ms});
}

TEST_CASE("no rate is no limit, and an unusable endpoint takes no turn") {
  ManualClock clock;
  FakeTransport next;
  int waits = 0;
  RateLimitedTransport unlimited(next, 0, clock, [&](Duration) { ++waits; });
  for (int call = 0; call < 100; ++call) REQUIRE(unlimited.send(make_request()).has_value());
  CHECK(waits == 0);
  CHECK(unlimited.send(make_request("nonsense")).error().code == ErrorCode::invalid);
}

#include "controller/ibm/iam_tokens.h"

#include <atomic>
#include <future>
#include <latch>

#include "tests/support/catch.h"
#include "tests/support/fakes_clock.h"
#include "tests/support/fakes_transport.h"

namespace certloop::ibm {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::FakeTransport;
using test::Sent;

const v1::Credentials kOwn{};
const std::string kApiKeyForm =
    "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&response_type=cloud_iam&apikey=";
const std::string kProfileForm =
    "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Acr-token&cr_token=";

std::string granted(const std::string& token, int life = 3600) {
  return R"({"access_token":")" + token + R"(","refresh_token":"not_supported",)" +
         R"("token_type":"Bearer","expires_in":)" + std::to_string(life) + "}";
}

// Token source over a scripted IAM, a clock by hand and files in memory.
struct Bench {
  explicit Bench(v1::Credentials own = {}, const char* key = "the key",
                 std::string url = "https://iam.example")
      : tokens(transport, clock, reader(), options(std::move(own), key, std::move(url))) {}

  static IamOptions options(v1::Credentials own, const char* key, std::string url) {
    IamOptions options;
    options.url = std::move(url);
    options.api_key = SecretBytes(key);
    options.own = std::move(own);
    options.compute_token_files = {"/tokens/first", "/tokens/second"};
    return options;
  }
  ReadFile reader() {
    return [this](const std::string& path) -> std::optional<SecretBytes> {
      const auto found = files.find(path);
      if (found == files.end()) return {};
      return SecretBytes(std::string_view(found->second));
    };
  }

  // Far enough ahead for waiters, which wait by this machine's clock.
  static SteadyTime deadline() { return std::chrono::steady_clock::now() + 1h; }

  Result<SecretBytes> ask(const v1::Credentials& credentials = kOwn) {
    return tokens.token(credentials, deadline());
  }
  std::string token(const v1::Credentials& credentials = kOwn) {
    const auto result = ask(credentials);
    INFO((result ? std::string() : result.error().message));
    REQUIRE(result);
    return std::string(result->reveal());
  }
  ErrorCode refusal(const v1::Credentials& credentials = kOwn) {
    const auto result = ask(credentials);
    REQUIRE_FALSE(result);
    return result.error().code;
  }
  std::size_t calls() const { return transport.sent().size(); }

  std::map<std::string, std::string> files;
  test::FakeClock clock;
  FakeTransport transport;
  IamTokens tokens;
};

}  // namespace

TEST_CASE("an API key is exchanged by one form") {
  Bench bench({}, "a key/with+signs&more");
  bench.transport.then(200, granted("T"));
  const auto deadline = Bench::deadline();
  CHECK(bench.tokens.token(kOwn, deadline)->reveal() == "T");
  const Sent sent = bench.transport.last();
  CHECK(sent.method == Method::post);
  CHECK(sent.endpoint.url == "https://iam.example");
  CHECK(sent.endpoint.credentials == v1::Credentials{});
  CHECK(sent.path == "/identity/token");
  CHECK(sent.content_type == "application/x-www-form-urlencoded");
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"}});
  CHECK(sent.authorization.empty());
  CHECK(sent.body == kApiKeyForm + "a%20key%2Fwith%2Bsigns%26more");
  CHECK(sent.deadline == deadline);
}

TEST_CASE("the token service's address may end in the token path") {
  for (const char* url :
       {"https://iam.example", "https://iam.example/", "https://iam.example/identity/token",
        "https://iam.example/identity/token/"}) {
    CAPTURE(url);
    Bench bench({}, "k", url);
    bench.transport.then(200, granted("T"));
    bench.token();
    CHECK(bench.transport.last().endpoint.url == "https://iam.example");
  }
}

TEST_CASE("a trusted profile is exchanged by id or by name, with the first token file there is") {
  struct Case {
    const char* fact;
    const char* profile;
    const char* member;
  };
  for (const Case& c : {Case{"by id", "Profile-1234", "&profile_id=Profile-1234"},
                        Case{"by name", "certloop admin", "&profile_name=certloop%20admin"}}) {
    DYNAMIC_SECTION(c.fact) {
      Bench bench;
      bench.files = {{"/tokens/second", "CR.2"}};
      bench.transport.then(200, granted("T"));
      bench.token({c.profile, ""});
      CHECK(bench.transport.last().body == kProfileForm + "CR.2" + c.member);
    }
  }
  Bench bench({"Profile-own", ""});
  bench.files = {{"/tokens/second", "CR.2"}, {"/tokens/first", "CR.1"}};
  bench.transport.then(200, granted("T"));
  bench.token();
  CHECK(bench.transport.last().body == kProfileForm + "CR.1&profile_id=Profile-own");
}

TEST_CASE("files are read anew for each exchange, since their content rotates") {
  Bench bench;
  bench.files = {{"/keys/a", "old"}};
  bench.transport.then(200, granted("T1"));
  bench.transport.then(200, granted("T2"));
  bench.token({"", "/keys/a"});
  bench.files["/keys/a"] = "new";
  bench.clock.advance(1h);
  bench.token({"", "/keys/a"});
  CHECK(bench.transport.sent()[0].body == kApiKeyForm + "old");
  CHECK(bench.transport.sent()[1].body == kApiKeyForm + "new");
}

TEST_CASE("missing credentials are a fault of the configuration, and cost no call") {
  Bench bench({}, "");
  CHECK(bench.refusal() == ErrorCode::invalid);
  CHECK(bench.refusal({"", "/keys/absent"}) == ErrorCode::invalid);
  CHECK(bench.refusal({"Profile-1", ""}) == ErrorCode::invalid);
  bench.files["/keys/empty"] = "";
  CHECK(bench.refusal({"", "/keys/empty"}) == ErrorCode::invalid);
  CHECK(bench.calls() == 0);
}

TEST_CASE("an entry with credentials of its own never gets the process's") {
  Bench bench;
  CHECK(bench.refusal({"", "/keys/absent"}) == ErrorCode::invalid);
  CHECK(bench.calls() == 0);
}

TEST_CASE("each credential has a token of its own") {
  Bench bench;
  bench.files = {{"/keys/a", "a"}};
  bench.transport.then(200, granted("own"));
  bench.transport.then(200, granted("a's"));
  CHECK(bench.token() == "own");
  CHECK(bench.token({"", "/keys/a"}) == "a's");
  CHECK(bench.token() == "own");
  CHECK(bench.calls() == 2);
}

TEST_CASE("a token is kept for 80 % of its life and renewed then") {
  Bench bench;
  bench.transport.then(200, granted("T1", 1000));
  bench.transport.then(200, granted("T2", 1000));
  CHECK(bench.token() == "T1");
  bench.clock.advance(800s - 1ms);
  CHECK(bench.token() == "T1");
  CHECK(bench.calls() == 1);
  bench.clock.advance(1ms);
  CHECK(bench.token() == "T2");
}

TEST_CASE("while the renewal fails the old token serves until 10 s before its end") {
  Bench bench;
  bench.transport.then(200, granted("T1", 1000));
  bench.transport.then(503);
  bench.transport.then(503);
  bench.transport.then(503);
  bench.token();
  bench.clock.advance(800s);
  CHECK(bench.token() == "T1");
  CHECK(bench.token() == "T1");
  CHECK(bench.calls() == 2);  // not tried again at once
  bench.clock.advance(60s);
  CHECK(bench.token() == "T1");
  CHECK(bench.calls() == 3);
  bench.clock.advance(130s);  // 990 s
  CHECK(bench.refusal() == ErrorCode::unavailable);
}

TEST_CASE("a renewal does not use up the time of the run that it happens in") {
  Bench bench;
  bench.transport.then(200, granted("T1", 1000));
  bench.transport.then(200, granted("T2", 1000));
  bench.token();
  bench.clock.advance(800s);
  bench.token();
  CHECK(bench.transport.last().deadline == bench.clock.steady_now() + 10s);
}

TEST_CASE("a token's life counts from before it was asked for") {
  Bench bench;
  bench.transport.then([&](const Sent&) -> Result<HttpResponse> {
    bench.clock.advance(30s);  // the answer was slow
    return answer(200, granted("T1", 60));
  });
  bench.transport.then(200, granted("T2", 60));
  CHECK(bench.token() == "T1");
  bench.clock.advance(20s);
  CHECK(bench.token() == "T2");
}

TEST_CASE("a life that makes no sense is survived") {
  for (const int life : {0, -5, 9}) {
    CAPTURE(life);
    Bench bench;
    bench.transport.then(200, granted("T1", life));
    bench.transport.then(200, granted("T2"));
    CHECK(bench.token() == "T1");
    CHECK(bench.token() == "T2");
  }
  Bench bench;
  bench.transport.then(200, R"({"access_token":"T","expires_in":9223372036854775807})");
  CHECK(bench.token() == "T");
}

TEST_CASE("each answer of the token service has its meaning") {
  struct Case {
    int status;
    const char* body;
    ErrorCode code;
  };
  using E = ErrorCode;
  const std::vector<Case> cases = {
      {400, R"({"errorCode":"BXNIM0415E","errorMessage":"CANARY"})", E::denied},
      {401, "CANARY", E::denied},
      {403, "CANARY", E::denied},
      {404, "CANARY", E::denied},
      {429, "CANARY", E::unavailable},
      {500, "CANARY", E::unavailable},
      {302, "CANARY", E::corrupt},
      {200, "CANARY", E::corrupt},
      {200, "{}", E::corrupt},
      {200, R"({"access_token":"","expires_in":3600})", E::corrupt},
      {200, R"({"access_token":"CANARY"})", E::corrupt},
      {200, R"({"access_token":"CANARY","expires_in":"3600"})", E::corrupt},
      {200, R"({"access_token":7,"expires_in":3600})", E::corrupt},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.status << " " << c.body) {
      Bench bench;
      bench.transport.then(c.status, c.body);
      const auto result = bench.ask();
      REQUIRE_FALSE(result);
      CHECK(result.error().code == c.code);
      CHECK(result.error().message.find("CANARY") == std::string::npos);
      CHECK(result.error().message.find("the key") == std::string::npos);
    }
  }
}

TEST_CASE("a failure is remembered, so that a thousand waiting keys make one call") {
  struct Case {
    const char* fact;
    int status;
    Duration retry_after;
    Duration remembered;
  };
  for (const Case& c : {Case{"a refusal for half a minute", 400, 0s, 30s},
                        Case{"an outage for half a second", 503, 0s, 500ms},
                        Case{"as long as the service asks", 429, 45s, 45s}}) {
    DYNAMIC_SECTION(c.fact) {
      Bench bench;
      bench.transport.then([&](const Sent&) -> Result<HttpResponse> {
        HttpResponse response = answer(c.status);
        if (c.retry_after > 0s) response.retry_after = c.retry_after;
        return response;
      });
      bench.transport.then(200, granted("T"));
      for (int i = 0; i < 1000; ++i) bench.refusal();
      CHECK(bench.calls() == 1);
      bench.clock.advance(c.remembered - 1ms);
      bench.refusal();
      CHECK(bench.calls() == 1);
      bench.clock.advance(1ms);
      CHECK(bench.token() == "T");
    }
  }
}

TEST_CASE("a remembered failure names what is left of Retry-After, not all of it again") {
  Bench bench;
  bench.transport.then([](const Sent&) -> Result<HttpResponse> {
    HttpResponse response = answer(429);
    response.retry_after = 45s;
    return response;
  });
  CHECK(bench.ask().error().retry_after == Duration(45s));
  bench.clock.advance(40s);
  CHECK(bench.ask().error().retry_after == Duration(5s));
}

TEST_CASE("a rejected token is not served again, another one stays") {
  Bench bench;
  bench.transport.then(200, granted("T1"));
  bench.transport.then(200, granted("T2"));
  bench.token();
  bench.tokens.reject(kOwn, SecretBytes("another"));
  CHECK(bench.token() == "T1");
  bench.tokens.reject(kOwn, SecretBytes("T1"));
  CHECK(bench.token() == "T2");
  bench.tokens.reject(kOwn, SecretBytes("T1"));  // a late one
  CHECK(bench.token() == "T2");
  CHECK(bench.calls() == 2);
}

TEST_CASE("many who ask at once make one call") {
  Bench bench;
  std::latch all_asked(8);
  bench.transport.then([&](const Sent&) -> Result<HttpResponse> {
    all_asked.wait();  // the flight lasts until everybody is about to ask
    return answer(200, granted("T"));
  });
  std::vector<std::future<std::string>> futures;
  for (int i = 0; i < 8; ++i) {
    futures.push_back(std::async(std::launch::async, [&] {
      all_asked.count_down();
      const auto token = bench.ask();
      return token ? std::string(token->reveal()) : token.error().message;
    }));
  }
  for (auto& future : futures) CHECK(future.get() == "T");
  CHECK(bench.calls() == 1);
}

TEST_CASE("one who waits for another's flight gives up at its own deadline") {
  Bench bench;
  std::promise<void> landed;
  std::latch flying(1);
  bench.transport.then([&](const Sent&) -> Result<HttpResponse> {
    flying.count_down();
    landed.get_future().wait();
    return answer(200, granted("T"));
  });
  auto first = std::async(std::launch::async, [&] { return bench.ask().has_value(); });
  flying.wait();
  const auto second = bench.tokens.token(kOwn, std::chrono::steady_clock::now());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::unavailable);
  landed.set_value();
  CHECK(first.get());
}

TEST_CASE("during a renewal the others are served the old token without waiting") {
  Bench bench;
  bench.transport.then(200, granted("T1", 1000));
  std::promise<void> landed;
  std::latch flying(1);
  bench.transport.then([&](const Sent&) -> Result<HttpResponse> {
    flying.count_down();
    landed.get_future().wait();
    return answer(200, granted("T2", 1000));
  });
  bench.token();
  bench.clock.advance(800s);
  auto renewing = std::async(std::launch::async, [&] { return bench.ask().has_value(); });
  flying.wait();
  CHECK(bench.token() == "T1");
  landed.set_value();
  CHECK(renewing.get());
  CHECK(bench.token() == "T2");
}

TEST_CASE("an exception during the exchange does not block those who come later") {
  Bench bench;
  bench.transport.then(
      [](const Sent&) -> Result<HttpResponse> { throw std::runtime_error("CANARY"); });
  bench.transport.then(200, granted("T"));
  const auto result = bench.ask();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::internal);
  CHECK(result.error().message.find("CANARY") == std::string::npos);
  bench.clock.advance(1s);
  CHECK(bench.token() == "T");
}

TEST_CASE("credentials are good while every one in use gets tokens") {
  Bench bench;
  bench.files = {{"/keys/a", "a"}};
  CHECK_FALSE(bench.tokens.credentials_good());  // nothing was asked for yet
  bench.transport.then(200, granted("T"));
  bench.token();
  CHECK(bench.tokens.credentials_good());

  SECTION("a token that ran out because nobody asked is no fault") {
    bench.clock.advance(24h);
    CHECK(bench.tokens.credentials_good());
  }
  SECTION("one refused credential is a fault, until it is mended") {
    bench.transport.then(400);
    bench.transport.then(200, granted("T2"));
    bench.refusal({"", "/keys/a"});
    CHECK_FALSE(bench.tokens.credentials_good());
    bench.clock.advance(31s);
    bench.token({"", "/keys/a"});
    CHECK(bench.tokens.credentials_good());
  }
  SECTION("one refused credential that the mapping no longer names is a fault of the past") {
    bench.transport.then(400);
    bench.refusal({"", "/keys/a"});
    bench.clock.advance(1h);
    CHECK(bench.tokens.credentials_good());
  }
  SECTION("a renewal that fails is none while the old token serves") {
    bench.transport.then(503);
    bench.clock.advance(48min);
    bench.token();
    CHECK(bench.tokens.credentials_good());
    bench.clock.advance(12min);
    CHECK_FALSE(bench.tokens.credentials_good());
  }
}

TEST_CASE("sample defect 13: a thousand runs share one token call") {
  Bench bench;
  bench.transport.then(200, granted("T"));
  for (int i = 0; i < 1000; ++i) bench.token();
  CHECK(bench.calls() == 1);
}

}  // namespace certloop::ibm

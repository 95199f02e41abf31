#include "controller/ibm/secrets_manager.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"
#include "tests/support/fakes_transport.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;
using test::FakeTransport;
using test::source_by_id;
using test::source_by_name;

constexpr SteadyTime kDeadline{std::chrono::hours(2)};
const std::string kById = "/api/v2/secrets/0cf4addb-7a90-410b-a3a7-a15bbe2b7909";

json version_of(const char* type = "imported_cert") {
  return {{"id", "version-1"},     {"secret_id", "0cf4addb-7a90-410b-a3a7-a15bbe2b7909"},
          {"secret_type", type},   {"payload_available", true},
          {"certificate", "LEAF"}, {"intermediate", "INTER"},
          {"private_key", "KEY"}};
}

template <class T>
T as(Result<FetchedSource> fetched) {
  REQUIRE(fetched);
  REQUIRE(std::holds_alternative<T>(*fetched));
  return std::move(std::get<T>(*fetched));
}

// One source over a scripted transport.
struct Bench {
  FakeTransport transport;
  SecretsManagerSource source{transport};

  Result<FetchedSource> by_id() { return source.fetch(source_by_id(), kDeadline); }
  Result<FetchedSource> by_name() {
    return source.fetch(source_by_name("pay", "payments", v1::SecretType::public_cert), kDeadline);
  }
};

}  // namespace

TEST_CASE("by id, the current version is read: payload and version of one snapshot, one GET") {
  Bench bench;
  bench.transport.then(200, version_of().dump());
  const auto payload = as<SourcePayload>(bench.by_id());
  CHECK(payload.version == "version-1");
  CHECK(payload.certificate == "LEAF");
  CHECK(payload.issuers == std::vector<std::string>{"INTER"});
  CHECK(payload.private_key.reveal() == "KEY");
  REQUIRE(bench.transport.sent().size() == 1);
  const auto sent = bench.transport.last();
  CHECK(sent.method == Method::get);
  CHECK(sent.endpoint == source_by_id().manager->endpoint);
  CHECK(sent.path == kById + "/versions/current");
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"}});
  CHECK(sent.deadline == kDeadline);
  CHECK(sent.body.empty());
}

TEST_CASE("by name, the secret itself is read, under its group and type") {
  Bench bench;
  json secret = version_of("public_cert");
  secret.erase("secret_id");
  secret["name"] = "pay";
  bench.transport.then(200, secret.dump());
  const auto payload = as<SourcePayload>(bench.by_name());
  CHECK(payload.version.empty());  // the id of this answer is the secret's
  CHECK(payload.certificate == "LEAF");
  CHECK(bench.transport.last().path ==
        "/api/v2/secret_groups/payments/secret_types/public_cert/secrets/pay");
}

TEST_CASE("a private certificate brings its issuer and its chain") {
  Bench bench;
  json version = version_of("private_cert");
  version.erase("intermediate");
  version["issuing_ca"] = "CA";
  version["ca_chain"] = {"CA", "UPPER", 7};
  bench.transport.then(200, version.dump());
  CHECK(as<SourcePayload>(bench.by_id()).issuers == std::vector<std::string>{"CA", "CA", "UPPER"});
}

TEST_CASE("a certificate without key or intermediate has neither") {
  Bench bench;
  json version = version_of();
  SECTION("absent") {
    version.erase("private_key");
    version.erase("intermediate");
  }
  SECTION("null") {
    version["private_key"] = version["intermediate"] = nullptr;
  }
  SECTION("empty") {
    version["private_key"] = version["intermediate"] = "";
  }
  bench.transport.then(200, version.dump());
  const auto payload = as<SourcePayload>(bench.by_id());
  CHECK(payload.private_key.empty());
  CHECK(payload.issuers.empty());
}

TEST_CASE("a secret of another type is unreadable, and its payload is left alone") {
  Bench bench;
  bench.transport.then(200, R"({"secret_type":"arbitrary","payload":"CANARY"})");
  CHECK(as<SourceUnreadable>(bench.by_id()).why ==
        "the secret is of type arbitrary, not a certificate");
}

TEST_CASE("a version without payload is unreadable, and says why") {
  struct Case {
    const char* fact;
    json state;
    const char* why;
  };
  const std::vector<Case> cases = {
      {"no state", nullptr, "the secret's current version has no certificate"},
      {"active", "active", "the secret's current version has no certificate"},
      {"not active yet", "pre_activation", "the secret is pre_activation"},
      {"destroyed", "destroyed", "the secret is destroyed"},
      {"a state that is no word", "a\nb", "the secret's current version has no certificate"},
      {"a state like an API key", std::string(44, 'k'),
       "the secret's current version has no certificate"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      Bench bench;
      json version = version_of();
      version.erase("certificate");
      version["payload_available"] = false;
      version["state_description"] = c.state;
      bench.transport.then(200, version.dump());
      CHECK(as<SourceUnreadable>(bench.by_id()).why == c.why);
    }
  }
}

TEST_CASE("by id, a second GET tells whether the secret or only its version is missing") {
  for (const int status : {400, 404, 410, 412}) {
    DYNAMIC_SECTION("after " << status) {
      Bench bench;
      bench.transport.then(status);
      SECTION("the secret") {
        bench.transport.then(404);
        as<SourceMissing>(bench.by_id());
      }
      SECTION("the version") {
        bench.transport.then(200, R"({"state":5,"state_description":"destroyed"})");
        CHECK(as<SourceUnreadable>(bench.by_id()).why ==
              "the secret has no readable version, its state is destroyed");
      }
      SECTION("the version, and no state is told") {
        bench.transport.then(200, "{}");
        CHECK(as<SourceUnreadable>(bench.by_id()).why ==
              "the secret has no readable version, its state is not told");
      }
      REQUIRE(bench.transport.sent().size() == 2);
      CHECK(bench.transport.last().path == kById + "/metadata");
      CHECK(bench.transport.last().deadline == kDeadline);
    }
  }
}

TEST_CASE("a metadata read that fails is an error, not a missing secret") {
  struct Case {
    int status;
    ErrorCode code;
  };
  for (const Case& c : {Case{403, ErrorCode::denied}, Case{503, ErrorCode::unavailable},
                        Case{400, ErrorCode::invalid}}) {
    CAPTURE(c.status);
    Bench bench;
    bench.transport.then(404);
    bench.transport.then(c.status);
    const auto fetched = bench.by_id();
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == c.code);
  }
}

TEST_CASE("by name, a missing secret and an unreadable one need no second GET") {
  Bench bench;
  SECTION("missing") {
    bench.transport.then(404);
    as<SourceMissing>(bench.by_name());
  }
  SECTION("unreadable") {
    bench.transport.then(412);
    as<SourceUnreadable>(bench.by_name());
  }
  CHECK(bench.transport.sent().size() == 1);
}

TEST_CASE("each refusal of a source has its meaning, and none says that the secret is missing") {
  struct Case {
    int status;
    ErrorCode code;
  };
  for (const Case& c : {Case{401, ErrorCode::denied}, Case{403, ErrorCode::denied},
                        Case{429, ErrorCode::unavailable}, Case{500, ErrorCode::unavailable},
                        Case{302, ErrorCode::corrupt}}) {
    CAPTURE(c.status);
    Bench bench;
    bench.transport.then(c.status, "CANARY");
    bench.transport.then(c.status, "CANARY");
    for (const auto& fetched :
         {bench.by_id().map([](auto&&) {}), bench.by_name().map([](auto&&) {})}) {
      REQUIRE_FALSE(fetched);
      CHECK(fetched.error().code == c.code);
      CHECK(fetched.error().message.find("CANARY") == std::string::npos);
    }
  }
}

TEST_CASE("an answer that is no JSON object is corrupt") {
  for (const char* body : {"", "[]", "<html>", "{\"secret_type\":"}) {
    CAPTURE(body);
    Bench bench;
    bench.transport.then(200, body);
    const auto fetched = bench.by_id();
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("Secrets Manager's missing answer is passed on as it is") {
  Bench bench;
  bench.transport.then(ErrorCode::unavailable);
  const auto fetched = bench.by_id();
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == ErrorCode::unavailable);
}

TEST_CASE("sample defect 1: every certificate type is accepted, any other is unreadable") {
  for (const char* type : {"imported_cert", "public_cert", "private_cert"}) {
    CAPTURE(type);
    Bench bench;
    bench.transport.then(200, version_of(type).dump());
    as<SourcePayload>(bench.by_id());
  }
  Bench bench;
  bench.transport.then(200, version_of("kv").dump());
  as<SourceUnreadable>(bench.by_id());
}

TEST_CASE("sample defect 2: what is no readable certificate is told, not taken for success") {
  Bench bench;
  bench.transport.then(200, R"({"secret_type":"kv","data":{}})");
  CHECK_FALSE(as<SourceUnreadable>(bench.by_id()).why.empty());
}

TEST_CASE("sample defect 8: a certificate imported without its key is read as one without") {
  Bench bench;
  json version = version_of();
  version.erase("private_key");
  bench.transport.then(200, version.dump());
  CHECK(as<SourcePayload>(bench.by_id()).private_key.empty());
}

}  // namespace certloop::ibm

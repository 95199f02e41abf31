#include <openssl/ssl.h>

#include <cstdlib>

#include "controller/net/tls_rules.h"
#include "tests/net/client/fixture.h"

using namespace certloop;
using namespace certloop::test;
using namespace std::chrono_literals;

namespace {

Script greet() {
  return serve([](const std::string&) { return ok("hello"); });
}

// A variable of the environment for as long as this object lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE_METHOD(ClientFixture, "a certificate of the CA file for the right host is accepted") {
  const TestAuthority authority("authority");
  const TempFile ca(authority.pem());
  use({.ca_file = ca.path()});
  const auto [host, spec] = GENERATE(table<std::string, LeafSpec>({
      {"127.0.0.1", {.addresses = {"127.0.0.1"}}},
      {"localhost", {.dns_names = {"other.example", "localhost"}}},
  }));
  INFO(host);
  HostileServer server({greet()}, ServerTls{authority.issue(spec)});
  for (int round = 0; round < 10; ++round) REQUIRE(text(get(server.url(host))) == "hello");
  CHECK(server.connections() < 10);
}

TEST_CASE_METHOD(ClientFixture, "a certificate that does not prove the host is refused") {
  const TestAuthority authority("authority");
  const TempFile ca(authority.pem());
  use({.ca_file = ca.path()});
  const auto [name, spec] = GENERATE(table<std::string, LeafSpec>({
      {"another name", {.dns_names = {"other.example"}}},
      {"common name beside another name",
       {.common_name = "localhost", .dns_names = {"other.example"}}},
      {"common name alone", {.common_name = "localhost"}},
      {"wildcard within the name", {.dns_names = {"local*"}}},
      {"an address for a name", {.addresses = {"127.0.0.1"}}},
      {"expired", {.dns_names = {"localhost"}, .valid_from = -7200, .valid_until = -3600}},
      {"not yet valid", {.dns_names = {"localhost"}, .valid_from = 3600, .valid_until = 7200}},
  }));
  INFO(name);
  HostileServer server({greet()}, ServerTls{authority.issue(spec)});
  CHECK(fails_with(get(server.url("localhost")), ErrorCode::unavailable));
  CHECK(server.requests().empty());
}

TEST_CASE_METHOD(ClientFixture, "a name does not prove an address") {
  const TestAuthority authority("authority");
  const TempFile ca(authority.pem());
  use({.ca_file = ca.path()});
  HostileServer server({greet()}, ServerTls{authority.issue({.dns_names = {"127.0.0.1"}})});
  CHECK(fails_with(get(server.url()), ErrorCode::unavailable));
  CHECK(server.requests().empty());
}

TEST_CASE_METHOD(ClientFixture, "an unknown authority is refused, with and without a CA file") {
  const TestAuthority known("known");
  const TestAuthority unknown("unknown");
  const TempFile ca(known.pem());
  HostileServer server({greet()}, ServerTls{unknown.issue({.addresses = {"127.0.0.1"}})});
  CHECK(fails_with(get(server.url()), ErrorCode::unavailable));
  use({.ca_file = ca.path()});
  CHECK(fails_with(get(server.url()), ErrorCode::unavailable));
  CHECK(server.requests().empty());
}

TEST_CASE_METHOD(ClientFixture, "a CA file is trusted in place of the system's authorities") {
  const TestAuthority system("system");
  const TestAuthority own("own");
  const TempFile system_ca(system.pem());
  const TempFile own_ca(own.pem());
  const Environment environment("SSL_CERT_FILE", system_ca.path());
  HostileServer server({greet()}, ServerTls{system.issue({.addresses = {"127.0.0.1"}})});
  CHECK(text(get(server.url())) == "hello");
  use({.ca_file = own_ca.path()});
  CHECK(fails_with(get(server.url()), ErrorCode::unavailable));
}

TEST_CASE_METHOD(ClientFixture, "a CA file that cannot be used is an invalid configuration") {
  const TestAuthority authority("authority");
  const TempFile garbage("no certificate");
  HostileServer server({greet()}, ServerTls{authority.issue({.addresses = {"127.0.0.1"}})});
  use({.ca_file = garbage.path()});
  CHECK(fails_with(get(server.url()), ErrorCode::invalid));
  use({.ca_file = garbage.path() + ".absent"});
  CHECK(fails_with(get(server.url()), ErrorCode::invalid));
  CHECK(server.connections() == 0);
}

TEST_CASE_METHOD(ClientFixture, "TLS 1.1 is refused") {
  const TestAuthority authority("authority");
  const TempFile ca(authority.pem());
  use({.ca_file = ca.path()});
  HostileServer server({greet()},
                       ServerTls{authority.issue({.addresses = {"127.0.0.1"}}), "TLSv1.1"});
  CHECK(fails_with(get(server.url()), ErrorCode::unavailable));
  CHECK(server.requests().empty());
}

TEST_CASE("the least TLS version is set by us, whatever the system's policy") {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  REQUIRE(net::harden_client_context(context.get(), "service.example", ""));
  CHECK(SSL_CTX_get_min_proto_version(context.get()) == TLS1_2_VERSION);
}

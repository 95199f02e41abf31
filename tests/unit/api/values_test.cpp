#include "api/v1/internal/values.h"

#include "api/v1/internal/url.h"
#include "api/v1/internal/wording.h"
#include "tests/support/catch.h"

using namespace certloop::v1::internal;

namespace {

const std::string kUuid = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909";
const std::string kOther = "7c2e1f0a-5b3d-4c69-8a17-d9e04b6f2c58";

const std::string kBlock = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";

std::string x(std::size_t count) {
  return std::string(count, 'x');
}

}  // namespace

TEST_CASE("values of the right form pass, others do not") {
  struct Case {
    const char* name;
    Checked<std::string> (*check)(const std::string&);
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  const Case cases[] = {
      {"name",
       check_name,
       {"a", "0", "shop", "a-b.c", "a--b", x(63)},
       {"", "-a", "a-", ".a", "a.", "A", "a_b", "a b", "ä", x(64), "a/b"}},
      {"uuid",
       check_uuid,
       {kUuid, "00000000-0000-0000-0000-000000000000"},
       {"", kUuid + "0", "0CF4ADDB-7a90-410b-a3a7-a15bbe2b7909", kUuid.substr(1),
        "0cf4addb-7a90-410b-a3a7-a15bbe2b790g", "0cf4addb07a90-410b-a3a7-a15bbe2b7909"}},
      {"region",
       check_region,
       {"eu-de", "us-south", "x1"},
       {"", "eu_de", "EU-de", "-eu", "eu-", "eu.de", "a/b", x(64)}},
      {"secret's name",
       check_source_name,
       {"ab", "_a", "A.b-c_d9", x(256)},
       {"", "a", "-ab", "ab-", "ab_", "a b", "é1", x(257)}},
      {"group's name", check_group_name, {"default", "payments", x(64)}, {"", "d", "a/b", x(65)}},
      {"target's name",
       check_target_name,
       {"a", "a.b", "0-1.c", x(253), x(64) + "." + x(64)},
       {"", "A", "a..b", ".a", "a.", "a-.b", "a.-b", "a_b", x(254)}},
      {"data key", check_data_key, {"tls.crt", "A_b-c", ".", x(253)}, {"", "a b", "a/b", x(254)}},
      {"DNS name",
       check_dns_name,
       {"example.com", "*.example.com", "localhost", "xn--bcher-kva.example", "1.example.com",
        x(63) + ".com"},
       {"", "*", "*.", "a.*.com", "*a.com", ".com", "a..b", "a.com.", "-a.com", "a_b.com",
        "10.0.0.1", "a b", "bücher.example", x(64) + ".com", "http://a.com"}},
      {"CA certificates",
       check_certificates_text,
       {kBlock, kBlock + kBlock, "subject=CN = Root\n" + kBlock + "\r\n# the end",
        kBlock + std::string(65'000 - kBlock.size(), '\n')},
       {"", "\n", "words", kBlock.substr(1), kBlock.substr(0, kBlock.size() - 2),
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n" + kBlock, kBlock + "-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nA B\n-----END CERTIFICATE-----\n",
        "-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQE=\n-----END TRUSTED CERTIFICATE-----\n",
        kBlock + "-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n",
        kBlock + std::string(65'001 - kBlock.size(), '\n')}},
      {"line", check_line, {"x", "a profile", x(1024)}, {"", "a\nb", "a\x7f", x(1025)}},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.name) {
      for (const std::string& text : one.good) {
        INFO(text);
        CHECK(one.check(text));
      }
      for (const std::string& text : one.bad) {
        INFO(text);
        CHECK_FALSE(one.check(text));
      }
    }
  }
}

TEST_CASE("durations are whole numbers with units, largest first") {
  using std::chrono::seconds;
  const std::pair<const char*, long> good[] = {
      {"0s", 0},           {"30s", 30},   {"10m", 600}, {"1h30m", 5400}, {"7d", 604800},
      {"1d2h3m4s", 93784}, {"90m", 5400}, {"007s", 7},  {"1d1s", 86401}, {"36500d", 3153600000}};
  for (const auto& [text, expected] : good) {
    INFO(text);
    const auto duration = check_duration(text);
    REQUIRE(duration);
    CHECK(*duration == seconds(expected));
  }
  for (const char* const text :
       {"", "s", "10", "10 m", "m10", "1.5h", "-1s", "+1s", "1m1h", "1s1s", "10M", "1w", "10ms",
        "36501d", "99999999999999999999s", "36500d1s", "1h30", "1e3s", "١s"}) {
    INFO(text);
    CHECK_FALSE(check_duration(text));
  }
  CHECK(check_duration("600").error().hint == "with its unit: '600s'");
  CHECK_FALSE(check_resync("29s"));
  CHECK(check_resync("30s"));
}

TEST_CASE("a secret is named by its UUID or its CRN") {
  const std::string begin = "crn:v1:bluemix:public:secrets-manager:eu-de:a/0123:";
  const auto plain = check_secret_id(kUuid);
  REQUIRE(plain);
  CHECK(plain->id == kUuid);
  CHECK(plain->instance.empty());
  const auto crn = check_secret_id(begin + kOther + ":secret:" + kUuid);
  REQUIRE(crn);
  CHECK(crn->id == kUuid);
  CHECK(crn->instance == kOther);
  CHECK(check_secret_id("crn:v1:staging:public:secrets-manager:us-south:a/1:" + kOther +
                        ":secret:" + kUuid));
  for (const std::string& text :
       {begin + kOther + "::", begin + kOther + ":secret:" + kUuid + ":",
        begin + kOther + ":secret-group:" + kUuid, begin + ":secret:" + kUuid,
        "crn:v1:bluemix:public:codeengine:eu-de:a/0:" + kOther + ":secret:" + kUuid,
        "crn:" + x(600), std::string("crn:"), std::string(), std::string("payments-cert")}) {
    INFO(text);
    CHECK_FALSE(check_secret_id(text));
  }
}

TEST_CASE("an address has one form") {
  const std::pair<const char*, const char*> good[] = {
      {"https://example.com", "https://example.com"},
      {"https://example.com///", "https://example.com"},
      {"HTTPS://Example.COM:443/Path/", "https://example.com/Path"},
      {"https://example.com:8443/a/b", "https://example.com:8443/a/b"},
      {"https://10.0.0.1:0443", "https://10.0.0.1"},
      {"https://example.com/a@b", "https://example.com/a@b"},
      {"http://127.0.0.1:8080/sm/x", "http://127.0.0.1:8080/sm/x"},
      {"http://127.255.0.9", "http://127.255.0.9"},
      {"http://LOCALHOST:80", "http://localhost"}};
  for (const auto& [text, expected] : good) {
    INFO(text);
    const auto url = check_url(text);
    REQUIRE(url);
    CHECK(*url == expected);
    CHECK(check_url(*url) == *url);
  }
  const std::string bad[] = {"",
                             "example.com",
                             "ftp://example.com",
                             "https:/example.com",
                             "https://",
                             "https:///x",
                             "http://example.com",
                             "http://127.evil.com",
                             "http://127.0.0.1.evil.com",
                             "http://127.0.0.256",
                             "http://127.1",
                             "http://127.0.0.01234",
                             "http://localhost.evil.com",
                             "http://[::2]",
                             "http://0.0.0.0",
                             "http://localhost@evil.com",
                             "https://u@example.com",
                             "https://u:p@example.com",
                             "https://example.com?x",
                             "https://example.com#x",
                             "https://example.com/?",
                             "https://example.com:",
                             "https://example.com:0",
                             "https://example.com:65536",
                             "https://example.com:-1",
                             "https://example.com:8x",
                             "https://exa mple.com",
                             "https://example.com/a b",
                             "https://example.com/\n",
                             "https://example.com/a//b",
                             "https://example.com/../b",
                             "https://example.com/./b",
                             "https://-a.com",
                             "https://a..com",
                             "https://a_b.com",
                             "https://bücher.de",
                             "https://[x]",
                             "https://[fe80::1]:9/x",
                             "http://[::1]:1",
                             "https://[::1",
                             "https://[::1]x",
                             "https://example.com\\@evil.com",
                             "https://" + x(2048),
                             "https://http://localhost"};
  for (const std::string& text : bad) {
    INFO(text);
    CHECK_FALSE(check_url(text));
  }
}

TEST_CASE("an instance is found in its own address and in a proxy's") {
  CHECK(find_uuid("https://" + kUuid + ".private.eu-de.secrets-manager.appdomain.cloud") == kUuid);
  CHECK(find_uuid("http://127.0.0.1:8080/sm/" + kUuid) == kUuid);
  CHECK(find_uuid("https://sm." + kUuid + ".example.com/" + kOther) == kUuid);
  CHECK(find_uuid("https://sm.example.com:8443/x/y").empty());
  CHECK(find_uuid("https://sm.example.com/x" + kUuid).empty());
}

TEST_CASE("a hint names the nearest word, or none when nothing is near") {
  const std::string_view words[] = {"project", "secret", "format", "data", "id", "to"};
  const std::pair<const char*, const char*> cases[] = {{"proejct", "project"},
                                                       {"projects", "project"},
                                                       {"Secret", "secret"},
                                                       {"frmat", "format"},
                                                       {"dta", "data"},
                                                       {"colour", ""},
                                                       {"ix", "id"},
                                                       {"xy", ""},
                                                       {"", ""}};
  for (const auto& [word, expected] : cases) {
    INFO(word);
    CHECK(nearest(word, words) == expected);
  }
  CHECK(nearest(x(100000), words).empty());
}

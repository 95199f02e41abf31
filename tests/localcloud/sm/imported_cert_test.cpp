#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

std::string with_crlf(const std::string& text) {
  std::string changed;
  for (const char c : text) changed += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return changed;
}

TEST_CASE("the metadata of an imported certificate is read out of it", "[sm]") {
  House house;
  const Pair pair = make_pair();
  const Json secret = house.create(imported("shop", pair));
  CHECK(secret.at("certificate") == pair.certificate);
  CHECK(secret.at("private_key") == pair.key);
  CHECK_FALSE(secret.contains("intermediate"));
  const Json metadata = house.metadata(secret);
  CHECK_FALSE(metadata.contains("certificate"));
  CHECK_FALSE(metadata.contains("private_key"));
  CHECK(metadata.at("common_name") == "shop.example");
  CHECK(metadata.at("alt_names") == Json({"shop.example", "www.shop.example", "192.0.2.7"}));
  CHECK(metadata.at("issuer") == "CN=Test CA");
  CHECK(metadata.at("serial_number") == "0a:1b:2c");
  CHECK(metadata.at("key_algorithm") == "ECDSA256");
  CHECK(metadata.at("signing_algorithm") == "ECDSA-SHA256");
  CHECK(metadata.at("private_key_included") == true);
  CHECK(metadata.at("intermediate_included") == false);
  CHECK(metadata.at("expiration_date") == metadata.at("validity").at("not_after"));
  const auto not_before = localcloud::parse_rfc3339(metadata.at("validity").at("not_before"));
  const auto not_after = localcloud::parse_rfc3339(metadata.at("validity").at("not_after"));
  CHECK(not_after - not_before == std::chrono::hours(24 * 30 + 1));
  CHECK(std::chrono::abs(localcloud::parse_rfc3339(metadata.at("created_at")) - not_before) <
        std::chrono::hours(1) + std::chrono::minutes(5));
}

TEST_CASE("RSA keys and bare certificates are told as such", "[sm]") {
  House house;
  const Pair pair = make_pair({.common_name = "", .alt_names = "", .serial = 0xff, .rsa = true});
  const Json secret = house.create(
      {{"secret_type", "imported_cert"}, {"name", "bare"}, {"certificate", pair.certificate}});
  CHECK(secret.at("key_algorithm") == "RSA2048");
  CHECK(secret.at("signing_algorithm") == "SHA256-RSA");
  CHECK(secret.at("serial_number") == "ff");
  CHECK(secret.at("private_key_included") == false);
  for (const char* absent : {"private_key", "intermediate", "common_name", "alt_names"}) {
    INFO(absent);
    CHECK_FALSE(secret.contains(absent));
  }
}

TEST_CASE("a certificate may live longer than the nanoseconds of a clock can tell", "[sm]") {
  House house;
  for (const long years : {300L, 7900L}) {
    INFO(years);
    const Json secret = house.create(imported("long-" + std::to_string(years),
                                              make_pair({.until_seconds = years * 365 * 86400})));
    const auto ends = localcloud::parse_rfc3339(secret.at("expiration_date"));
    CHECK(ends - localcloud::CloudClock().now() > std::chrono::hours(24) * 365 * (years - 1));
    CHECK(secret.at("state_description") == "active");
  }
}

TEST_CASE("a certificate with several blocks is told by its first", "[sm]") {
  House house;
  const Pair leaf = make_pair();
  const Pair other = make_pair({.common_name = "Other CA", .alt_names = ""});
  Json body = imported("shop", leaf);
  body["certificate"] = leaf.certificate + other.certificate;
  body["intermediate"] = other.certificate + other.certificate;
  const Json secret = house.create(body);
  CHECK(secret.at("common_name") == "shop.example");
  CHECK(secret.at("intermediate_included") == true);
  CHECK(secret.at("intermediate") == other.certificate + other.certificate);
}

TEST_CASE("a certificate that breaks a rule is not imported", "[sm]") {
  House house;
  const Pair pair = make_pair();
  const Pair other = make_pair();
  const Pair expired = make_pair({.from_seconds = -7200, .until_seconds = -60});
  const std::string cut =
      pair.certificate.substr(0, pair.certificate.size() / 2) + "\n-----END CERTIFICATE-----\n";
  const auto with = [&](const Json& more) {
    Json body = imported("shop", pair);
    body.update(more);
    return body;
  };
  struct Case {
    const char* what;
    Json body;
  };
  const std::vector<Case> cases{
      {"no certificate", with({{"certificate", nullptr}})},
      {"no PEM", with({{"certificate", std::string(200, 'x')}})},
      {"under 50 characters", with({{"certificate", "-----BEGIN X-----\n-----END X-----"}})},
      {"over 100 000 characters",
       with({{"certificate", pair.certificate + std::string(100'000, '\n')}})},
      {"cut", with({{"certificate", cut}})},
      {"a key as certificate", with({{"certificate", pair.key}})},
      {"a good one, then a broken one", with({{"certificate", pair.certificate + cut}})},
      {"expired", imported("shop", expired)},
      {"another's key", with({{"private_key", other.key}})},
      {"an encrypted key", with({{"private_key", encrypted(pair.key)}})},
      {"a certificate as key", with({{"private_key", pair.certificate}})},
      {"a key as intermediate", with({{"intermediate", pair.key}})},
      {"a managed CSR besides", with({{"managed_csr", {{"common_name", "x"}}}})},
  };
  for (const auto& one : cases) {
    INFO(one.what);
    const Answer answer = house.client().post("/secrets", one.body);
    CHECK(answer.status == 400);
    CHECK(answer.body.find("PRIVATE KEY") == std::string::npos);
  }
  CHECK(house.get("/secrets").at("total_count") == 0);
}

TEST_CASE("whether a certificate has expired is told by the cloud's clock", "[sm]") {
  House house;
  const Pair pair = make_pair();
  house.advance(std::chrono::hours(24 * 31));
  CHECK(house.client().post("/secrets", imported("shop", pair)).status == 400);
}

TEST_CASE("a new version brings its own key and intermediate or none", "[sm]") {
  House house;
  const Pair first = make_pair();
  const Pair second = make_pair({.common_name = "new.example", .alt_names = "", .serial = 0x77});
  const Json secret = house.create(
      {{"secret_type", "imported_cert"}, {"name", "shop"}, {"certificate", first.certificate}});
  CHECK(secret.at("private_key_included") == false);

  const Json version = house.rotate(secret, {{"certificate", second.certificate},
                                             {"private_key", second.key},
                                             {"intermediate", first.certificate}});
  CHECK(version.at("alias") == "current");
  CHECK(version.at("serial_number") == "77");
  CHECK(version.at("private_key") == second.key);
  CHECK_FALSE(version.contains("private_key_included"));
  const Json after = house.metadata(secret);
  CHECK(after.at("private_key_included") == true);
  CHECK(after.at("intermediate_included") == true);
  CHECK(after.at("common_name") == "new.example");
  CHECK(after.at("serial_number") == "77");
  CHECK_FALSE(after.contains("alt_names"));

  house.rotate(secret, {{"certificate", first.certificate}});
  CHECK(house.metadata(secret).at("private_key_included") == false);
  CHECK(house.metadata(secret).at("intermediate_included") == false);
  CHECK_FALSE(house.get(House::path(secret)).contains("private_key"));
  CHECK(house.client().post(House::path(secret, "/versions"), Json::object()).status == 400);
}

TEST_CASE("PEM texts come back as sent or with one kind of line ends", "[sm]") {
  House house;
  const Pair pair = make_pair();
  const std::string crlf = with_crlf(pair.certificate);
  Json body = imported("shop", pair);
  body["certificate"] = crlf;
  const Json secret = house.create(body);
  CHECK(house.get(House::path(secret)).at("certificate") == crlf);
  house.set("pem_line_ends", "lf");
  CHECK(house.get(House::path(secret)).at("certificate") == pair.certificate);
  house.set("pem_line_ends", "crlf");
  CHECK(house.get(House::path(secret, "/versions/current")).at("certificate") == crlf);
}

}  // namespace
}  // namespace sm_tests

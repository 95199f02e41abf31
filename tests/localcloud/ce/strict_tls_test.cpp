#include "tests/localcloud/ce/pair.h"
#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Json;

TEST_CASE("strict clouds read tls secrets, lenient ones do not") {
  const Pair good = make_pair(-60, 3600);
  const Pair other = make_pair(-60, 3600);
  const Pair expired = make_pair(-7200, -3600);
  const Pair future = make_pair(3600, 7200);
  const std::string ruin =
      "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
  struct Case {
    std::string why;
    Pair pair;
    int status;
  };
  const Case cases[] = {
      {"good", good, 201},
      {"no final newline",
       {good.certificate.substr(0, good.certificate.size() - 1), good.key},
       201},
      {"with intermediates", {good.certificate + other.certificate, good.key}, 201},
      {"key of another", {good.certificate, other.key}, 400},
      {"leaf not first", {other.certificate + good.certificate, good.key}, 400},
      {"expired", expired, 400},
      {"not valid yet", future, 400},
      {"no PEM", {"certificate", "key"}, 400},
      {"empty", {"", ""}, 400},
      {"ruined leaf", {ruin, good.key}, 400},
      {"ruined intermediate", {good.certificate + ruin, good.key}, 400},
      {"key is a certificate", {good.certificate, good.certificate}, 400},
  };
  const SignedIn at;
  int index = 0;
  for (const Case& c : cases) {
    CAPTURE(c.why);
    const auto create = [&](const std::string& name) {
      return at.project.post(
          "/secrets", {{"name", name},
                       {"format", "tls"},
                       {"data", {{"tls_cert", c.pair.certificate}, {"tls_key", c.pair.key}}}});
    };
    at.set("strict_tls", true);
    const auto strict = create("strict" + std::to_string(++index));
    CHECK(strict.status == c.status);
    if (c.status == 400) CHECK(strict.body.find("-----") == std::string::npos);
    at.set("strict_tls", false);
    CHECK(create("lenient" + std::to_string(index)).status == 201);
  }
}

TEST_CASE("a strict cloud keeps the old content when the new is bad") {
  const SignedIn at;
  at.set("strict_tls", true);
  const Pair good = make_pair(-60, 3600);
  const Json data = {{"tls_cert", good.certificate}, {"tls_key", good.key}};
  REQUIRE(at.project.post("/secrets", {{"name", "s"}, {"format", "tls"}, {"data", data}}).status ==
          201);
  const Json bad = {{"tls_cert", good.certificate}, {"tls_key", make_pair(-60, 3600).key}};
  CHECK(at.project.put("/secrets/s", {{"format", "tls"}, {"data", bad}}, {{"If-Match", "*"}})
            .status == 400);
  CHECK(at.project.get("/secrets/s").json()["data"] == data);
}

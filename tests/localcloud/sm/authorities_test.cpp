#include "tests/localcloud/sm/authorities.h"

#include "tests/support/catch.h"

namespace sm_tests {
namespace {

TEST_CASE("a root authority signs itself", "[sm]") {
  House house;
  const Json made = configured(house, root({{"organization", {"Shop"}}}));
  CHECK(made.at("status") == "configured");
  CHECK(made.at("key_bits") == 256);
  CHECK(made.at("max_ttl_seconds") == 43830 * 3600);
  CHECK(made.at("ttl_seconds") == 43830 * 3600);
  CHECK(made.at("crl_expiry_seconds") == 72 * 3600);
  CHECK(made.at("crl_disable") == false);
  const std::string certificate = made.at("data").at("certificate");
  CHECK(issued_by(certificate, certificate));
  CHECK(subject_of(certificate) == "CN=Shop Root,O=Shop");
  CHECK(made.dump().find("PRIVATE KEY") == std::string::npos);
  const Json listed = house.get("/configurations").at("configurations").at(0);
  CHECK(listed.at("status") == "configured");
  CHECK(listed.contains("expiration_date"));
  CHECK_FALSE(listed.contains("data"));
  house.advance(std::chrono::hours(43831));
  CHECK(house.get("/configurations/root").at("status") == "expired");
}

TEST_CASE("an intermediate authority goes through its states", "[sm]") {
  House house;
  const Json top = configured(house, root());
  const Json waiting = configured(house, intermediate({{"issuer", nullptr}}));
  CHECK(waiting.at("status") == "signing_required");
  CHECK(waiting.at("data").contains("csr"));
  const Answer made =
      act(house, "root", "sign_intermediate", {{"intermediate_certificate_authority", "middle"}});
  REQUIRE(made.status == 201);
  CHECK(made.json().at("intermediate_certificate_authority") == "middle");
  const Json ready = house.get("/configurations/middle");
  CHECK(ready.at("status") == "certificate_template_required");
  CHECK(ready.at("issuer") == "root");
  CHECK(issued_by(ready.at("data").at("certificate"), top.at("data").at("certificate")));
  CHECK(ready.at("data").at("ca_chain") == Json::array({top.at("data").at("certificate")}));
  configured(house, with_template());
  CHECK(house.get("/configurations/middle").at("status") == "configured");
  CHECK(house.client().erase("/configurations/root").status == 400);
  CHECK(house.client().erase("/configurations/middle").status == 400);

  const Answer revoked = act(house, "middle", "revoke_ca_certificate");
  REQUIRE(revoked.status == 201);
  CHECK(revoked.json().at("revocation_time_seconds").is_number());
  CHECK(house.get("/configurations/middle").at("status") == "revoked");
  CHECK(ask(house).status == 400);
}

TEST_CASE("an intermediate authority is signed elsewhere", "[sm]") {
  House house;
  const Json waiting =
      configured(house, intermediate({{"issuer", nullptr}, {"signing_method", "external"}}));
  CHECK(waiting.at("status") == "signed_certificate_required");
  CHECK(act(house, "middle", "set_signed", {{"certificate", make_pair().certificate}}).status ==
        400);
  const std::string certificate =
      certify(waiting.at("data").at("csr"), {.common_name = "Shop Intermediate"});
  const Answer set = act(house, "middle", "set_signed", {{"certificate", certificate}});
  REQUIRE(set.status == 201);
  CHECK(set.json().at("certificate") == certificate);
  CHECK(house.get("/configurations/middle").at("status") == "certificate_template_required");
  CHECK(act(house, "middle", "rotate_intermediate").status == 400);
}

TEST_CASE("an authority rotates its certificate and its list", "[sm]") {
  Pki pki;
  const Json before = pki.house.get("/configurations/middle");
  const Answer crl = act(pki.house, "middle", "rotate_crl");
  REQUIRE(crl.status == 201);
  CHECK(crl.json().at("success") == true);
  const Answer rotated = act(pki.house, "middle", "rotate_intermediate");
  REQUIRE(rotated.status == 201);
  CHECK(rotated.json().at("name") == "middle");
  const Json after = pki.house.get("/configurations/middle");
  CHECK(rotated.json().at("config").at("data") == after.at("data"));
  CHECK(after.at("data").at("certificate") != before.at("data").at("certificate"));
  CHECK(after.at("status") == "configured");
}

TEST_CASE("an authority signs a request from outside", "[sm]") {
  Pki pki;
  const std::string csr = make_csr("Partner CA");
  const Answer made = act(pki.house, "middle", "sign_csr", {{"csr", csr}, {"ttl", "100h"}});
  REQUIRE(made.status == 201);
  const Json data = made.json().at("data");
  CHECK(subject_of(data.at("certificate")) == "CN=Partner CA");
  CHECK(public_key_of_certificate(data.at("certificate")) == public_key_of_csr(csr));
  CHECK(issued_by(data.at("certificate"), data.at("issuing_ca")));
  CHECK(data.at("ca_chain").size() == 2);
  CHECK(act(pki.house, "middle", "sign_csr", {{"csr", std::string(60, 'x')}}).status == 400);
  CHECK(act(pki.house, "middle", "sign_csr", {{"csr", csr}, {"ttl", "30000h"}}).status == 400);
}

TEST_CASE("a certificate is issued by the authority of its template", "[sm]") {
  Pki pki(Json{{"organization", {"Shop"}}});
  const Answer made = ask(pki.house);
  INFO(made.body);
  REQUIRE(made.status == 201);
  const Json secret = made.json();
  CHECK(secret.at("certificate_authority") == "middle");
  CHECK(secret.at("key_algorithm") == "ECDSA256");
  CHECK(subject_of(secret.at("certificate")) == "CN=till.shop.example,O=Shop");
  CHECK(secret.at("issuing_ca") ==
        pki.house.get("/configurations/middle").at("data").at("certificate"));
  CHECK(issued_by(secret.at("certificate"), secret.at("issuing_ca")));
  const auto created = localcloud::parse_rfc3339(secret.at("created_at"));
  const auto expires = localcloud::parse_rfc3339(secret.at("expiration_date"));
  CHECK(expires - created <= std::chrono::hours(24));
  CHECK(expires - created > std::chrono::hours(23));
  CHECK(pki.house.rotate(secret, Json::object()).at("serial_number") != secret.at("serial_number"));
  CHECK(pki.house.client().erase("/configurations/shop-template").status == 400);
  pki.house.client().erase(House::path(secret));
  CHECK(pki.house.client().erase("/configurations/shop-template").status == 204);
}

TEST_CASE("a template says which names, lives and keys a certificate may have", "[sm]") {
  struct Case {
    const char* what;
    Json rules;
    Json asked;
    int status;
  };
  const auto named = [](const char* name) { return Json{{"common_name", name}}; };
  const std::vector<Case> cases{
      {"a subdomain", {}, named("a.b.shop.example"), 201},
      {"the domain itself", {}, named("shop.example"), 400},
      {"the domain itself, allowed", {{"allow_bare_domains", true}}, named("shop.example"), 201},
      {"another domain", {}, named("till.example"), 400},
      {"a lookalike", {}, named("evilshop.example"), 400},
      {"any name", {{"allow_any_name", true}}, named("till.example"), 201},
      {"localhost", {}, named("localhost"), 201},
      {"localhost, refused", {{"allow_localhost", false}}, named("localhost"), 400},
      {"a wildcard", {}, named("*.shop.example"), 201},
      {"a wildcard, refused",
       {{"allow_wildcard_certificates", false}},
       named("*.shop.example"),
       400},
      {"a glob",
       {{"allowed_domains", {"ftp*.example"}}, {"allow_glob_domains", true}},
       named("ftp7.example"),
       201},
      {"a glob, refused", {{"allowed_domains", {"ftp*.example"}}}, named("ftp7.example"), 400},
      {"another alternative name", {}, {{"alt_names", {"till.example"}}}, 400},
      {"an address", {}, {{"ip_sans", "192.0.2.7"}}, 201},
      {"an address, refused", {{"allow_ip_sans", false}}, {{"ip_sans", "192.0.2.7"}}, 400},
      {"a URI", {}, {{"uri_sans", "spiffe://shop/till"}}, 400},
      {"a URI, allowed",
       {{"allowed_uri_sans", {"spiffe://shop/*"}}},
       {{"uri_sans", "spiffe://shop/till"}},
       201},
      {"another name", {}, {{"other_sans", {"1.2.3.4;UTF8:x"}}}, 400},
      {"another name, allowed",
       {{"allowed_other_sans", {"1.2.3.4;UTF8:*"}}},
       {{"other_sans", {"1.2.3.4;UTF8:x"}}},
       201},
      {"the longest life", {}, {{"ttl", "720h"}}, 201},
      {"a longer life", {}, {{"ttl", "721h"}}, 400},
      {"a life beyond the authority's", {{"max_ttl", "87600h"}}, {{"ttl", "87600h"}}, 400},
      {"a request with a key of another kind",
       {{"key_type", "rsa"}},
       {{"csr", make_csr("x")}},
       400},
      {"a request with a shorter key", {{"key_bits", 384}}, {{"csr", make_csr("x")}}, 400},
      {"a request with a fitting key", {}, {{"csr", make_csr("a.shop.example")}}, 201},
      {"a request whose own name is refused", {}, {{"csr", make_csr("till.example")}}, 400},
      {"a request whose own name does not count",
       {{"use_csr_common_name", false}},
       {{"csr", make_csr("till.example")}},
       201},
      {"another group",
       {{"allowed_secret_groups", "0a1b2c3d-1111-2222-3333-444455556666"}},
       {},
       400},
      {"an allowed group", {{"allowed_secret_groups", "default"}}, {}, 201},
  };
  for (const auto& one : cases) {
    INFO(one.what);
    Pki pki(one.rules.is_null() ? Json::object() : one.rules);
    const Answer answer = ask(pki.house, one.asked.is_null() ? Json::object() : one.asked);
    INFO(answer.body);
    CHECK(answer.status == one.status);
  }
}

TEST_CASE("a template is told with its standards and patched member by member", "[sm]") {
  Pki pki;
  const Json made = pki.house.get("/configurations/shop-template");
  CHECK(made.at("max_ttl_seconds") == 720 * 3600);
  CHECK(made.at("ttl_seconds") == 24 * 3600);
  CHECK(made.at("not_before_duration_seconds") == 30);
  CHECK(made.at("allow_localhost") == true);
  CHECK(made.at("key_usage") == Json({"DigitalSignature", "KeyAgreement", "KeyEncipherment"}));
  const Json listed = pki.house.get("/configurations?search=template").at("configurations").at(0);
  CHECK(listed.at("certificate_authority") == "middle");
  CHECK_FALSE(listed.contains("allow_localhost"));
  const Answer patched = pki.house.client().patch(
      "/configurations/shop-template",
      {{"allow_bare_domains", true}, {"ttl", "2h"}, {"allowed_domains", nullptr}});
  REQUIRE(patched.status == 200);
  CHECK(patched.json().at("allow_bare_domains") == true);
  CHECK(patched.json().at("allow_subdomains") == true);
  CHECK(patched.json().at("allowed_domains") == Json::array());
  CHECK(patched.json().at("ttl_seconds") == 7200);
  CHECK(patched.json().at("key_type") == "ec");
  for (const Json& wrong :
       {Json{{"ttl", "721h"}}, Json{{"key_usage", {"Flying"}}}, Json{{"ext_key_usage_oids", {"x"}}},
        Json{{"allow_localhost", "yes"}}, Json{{"certificate_authority", "root"}}}) {
    INFO(wrong.dump());
    CHECK(pki.house.client().patch("/configurations/shop-template", wrong).status == 400);
  }
}

TEST_CASE("an authority is refused when it breaks a rule", "[sm]") {
  House house;
  for (const Json& wrong :
       {root({{"max_ttl", nullptr}}), root({{"max_ttl", "59m"}}), root({{"max_ttl", "876001h"}}),
        root({{"ttl", "50000h"}}), root({{"common_name", nullptr}}), root({{"key_type", "dsa"}}),
        root({{"key_bits", 2048}}), root({{"ip_sans", "nowhere"}}),
        intermediate({{"issuer", "nobody"}}), intermediate({{"signing_method", nullptr}}),
        intermediate({{"signing_method", "external"}, {"issuer", "root"}})}) {
    INFO(wrong.dump());
    CHECK(house.client().post("/configurations", wrong).status == 400);
  }
  configured(house, root({{"max_path_length", 0}}));
  CHECK(house.client().post("/configurations", intermediate()).status == 400);
  CHECK(act(house, "root", "sign_intermediate", {{"intermediate_certificate_authority", "middle"}})
            .status == 400);
  CHECK(act(house, "root", "dance").status == 400);
}

TEST_CASE("the built-in template is one of the unknown that pass", "[sm]") {
  House house;
  const bool passes = GENERATE(true, false);
  house.set("unknown_configurations_pass", passes);
  house.set("private_cert_key_algorithm", "ECDSA256");
  CHECK(ask(house, {{"certificate_template", "local-template"}}).status == (passes ? 201 : 400));
  CHECK(ask(house, {{"name", "second"}, {"certificate_template", "other"}}).status == 400);
}

}  // namespace
}  // namespace sm_tests

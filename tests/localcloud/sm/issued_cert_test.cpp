#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

Json ordered(const std::string& name, const Json& more = Json::object()) {
  Json body{{"secret_type", "public_cert"},  {"name", name},
            {"ca", "lets-encrypt"},          {"dns", "my-dns"},
            {"common_name", "shop.example"}, {"alt_names", {"www.shop.example"}},
            {"key_algorithm", "ECDSA256"}};
  body.update(more);
  return body;
}

Json requested(const std::string& name, const Json& more = Json::object()) {
  Json body{{"secret_type", "private_cert"},
            {"name", name},
            {"certificate_template", "local-template"},
            {"common_name", "till.example"}};
  body.update(more);
  return body;
}

TEST_CASE("a public certificate is ordered, then active", "[sm]") {
  House house;
  const Json secret = house.create(ordered("shop"));
  CHECK(secret.at("state") == 0);
  CHECK(secret.at("state_description") == "pre_activation");
  CHECK(secret.at("issuance_info").at("state") == 0);
  CHECK(secret.at("versions_total") == 1);
  CHECK_FALSE(secret.contains("certificate"));
  CHECK_FALSE(house.get(House::path(secret)).contains("private_key"));
  CHECK(house.client().get(House::path(secret, "/versions/current")).status == 404);
  CHECK(house.client()
            .post(House::path(secret, "/versions"), {{"rotation", {{"rotate_keys", true}}}})
            .status == 409);
  house.set("pending_versions_total", 0);
  CHECK(house.metadata(secret).at("versions_total") == 0);

  REQUIRE(house.run_orders() == 1);
  const Json active = house.get(House::path(secret));
  CHECK(active.at("state") == 1);
  CHECK(active.at("issuance_info").at("state") == 1);
  CHECK(active.at("versions_total") == 1);
  CHECK(active.at("rotation") == Json({{"auto_rotate", false}, {"rotate_keys", false}}));
  CHECK(active.at("ca") == "lets-encrypt");
  CHECK(active.at("dns") == "my-dns");
  CHECK(active.at("bundle_certs") == true);
  CHECK(active.at("key_algorithm") == "ECDSA256");
  CHECK(active.at("common_name") == "shop.example");
  CHECK(active.at("alt_names") == Json({"shop.example", "www.shop.example"}));
  CHECK(blocks_of(active.at("certificate")) == 2);
  CHECK(issued_by(active.at("certificate"), active.at("intermediate")));
  CHECK(public_key_of_certificate(active.at("certificate")) ==
        public_key_of_key(active.at("private_key")));
  CHECK_FALSE(active.contains("private_key_included"));
}

TEST_CASE("an unbundled public certificate is the leaf alone", "[sm]") {
  House house;
  const Json secret = house.create(ordered("shop", {{"bundle_certs", false}}));
  house.run_orders();
  const Json active = house.get(House::path(secret));
  CHECK(blocks_of(active.at("certificate")) == 1);
  CHECK(issued_by(active.at("certificate"), active.at("intermediate")));
}

TEST_CASE("the common name of an order is its first name that is short enough", "[sm]") {
  const std::string long_one = std::string(60, 'a') + ".shop.example";
  const std::string other_long = std::string(60, 'b') + ".shop.example";
  struct Case {
    Json names;
    std::string common_name;
  };
  const Case cases[] = {{{"shop.example", long_one}, "shop.example"},
                        {{long_one, "shop.example", "www.shop.example"}, "shop.example"},
                        {{long_one, other_long}, ""}};
  for (const Case& c : cases) {
    INFO(c.names.dump());
    House house;
    const Json secret =
        house.create(ordered("shop", {{"common_name", nullptr}, {"alt_names", c.names}}));
    house.run_orders();
    const Json active = house.get(House::path(secret));
    CHECK(active.at("state") == 1);
    CHECK(active.value("common_name", "") == c.common_name);
    CHECK(active.at("alt_names").size() == c.names.size());
  }
}

TEST_CASE("a public certificate keeps its key unless asked for another", "[sm]") {
  House house;
  const Json secret = house.create(ordered("shop"));
  house.run_orders();
  const Json before = house.get(House::path(secret));
  const bool rotate_keys = GENERATE(false, true);
  const Json pending = house.rotate(secret, {{"rotation", {{"rotate_keys", rotate_keys}}}});
  CHECK(pending.at("payload_available") == false);
  CHECK_FALSE(pending.contains("alias"));
  CHECK_FALSE(pending.contains("certificate"));
  const Json between = house.metadata(secret);
  CHECK(between.at("state") == 1);
  CHECK(between.at("issuance_info").at("state") == 0);
  CHECK(between.at("versions_total") == 1);
  CHECK(house.client()
            .post(House::path(secret, "/versions"), {{"rotation", {{"rotate_keys", true}}}})
            .status == 409);

  house.run_orders();
  const Json after = house.get(House::path(secret));
  CHECK(after.at("versions_total") == 2);
  CHECK(after.at("serial_number") != before.at("serial_number"));
  CHECK((after.at("private_key") != before.at("private_key")) == rotate_keys);
  CHECK(house.get(House::path(secret, "/versions/current")).at("id") == pending.at("id"));
  CHECK(house.get(House::path(secret, "/versions/previous")).at("certificate") ==
        before.at("certificate"));
}

TEST_CASE("a failed first order leaves the secret deactivated", "[sm]") {
  House house;
  house.set("public_cert_order_fails", true);
  const Json secret = house.create(ordered("shop"));
  house.run_orders();
  const Json failed = house.metadata(secret);
  CHECK(failed.at("state") == 3);
  CHECK(failed.at("state_description") == "deactivated");
  CHECK(failed.at("issuance_info").at("state") == 3);
  CHECK(failed.at("issuance_info").at("error_code").is_string());
  CHECK(failed.at("issuance_info").at("error_message").is_string());
  CHECK(house.client()
            .post(House::path(secret, "/versions"), {{"rotation", {{"rotate_keys", true}}}})
            .status == 400);
  CHECK(house.client().erase(House::path(secret)).status == 204);
}

TEST_CASE("a failed renewal leaves the certificate as it was", "[sm]") {
  House house;
  const Json secret = house.create(ordered("shop"));
  house.run_orders();
  const Json before = house.get(House::path(secret));
  house.set("public_cert_order_fails", true);
  house.rotate(secret, {{"rotation", {{"rotate_keys", true}}}});
  house.run_orders();
  const Json after = house.get(House::path(secret));
  CHECK(after.at("state") == 1);
  CHECK(after.at("issuance_info").at("state") == 3);
  CHECK(after.at("versions_total") == 1);
  CHECK(after.at("certificate") == before.at("certificate"));
}

TEST_CASE("an order whose secret was deleted comes to nothing", "[sm]") {
  House house;
  const Json secret = house.create(ordered("shop"));
  CHECK(house.client().erase(House::path(secret)).status == 204);
  CHECK(house.run_orders() == 1);
  CHECK(house.get("/secrets").at("total_count") == 0);
}

TEST_CASE("an order is refused when it breaks a rule", "[sm]") {
  House house;
  for (const Json& wrong :
       {Json{{"ca", nullptr}}, Json{{"dns", nullptr}}, Json{{"key_algorithm", "RSA1024"}},
        Json{{"common_name", nullptr}, {"alt_names", nullptr}}, Json{{"common_name", "a b"}},
        Json{{"alt_names", {"a,b"}}},
        Json{{"alt_names", std::vector<std::string>(100, "a.example")}},
        Json{{"bundle_certs", "yes"}}}) {
    INFO(wrong.dump());
    CHECK(house.client().post("/secrets", ordered("shop", wrong)).status == 400);
  }
}

TEST_CASE("a private certificate is there at once, with its chain", "[sm]") {
  House house;
  const Json secret = house.create(requested("till", {{"alt_names", {"b.example"}},
                                                      {"ip_sans", "192.0.2.7, ::1"},
                                                      {"uri_sans", "spiffe://till"},
                                                      {"ttl", "12h"}}));
  CHECK(secret.at("state") == 1);
  CHECK(secret.at("downloaded") == true);
  CHECK(secret.at("certificate_template") == "local-template");
  CHECK(secret.at("certificate_authority").is_string());
  CHECK(secret.at("common_name") == "till.example");
  CHECK(secret.at("alt_names") ==
        Json({"till.example", "b.example", "192.0.2.7", "::1", "spiffe://till"}));
  CHECK(secret.at("key_algorithm") == "RSA2048");
  CHECK_FALSE(secret.contains("intermediate"));
  CHECK(subject_of(secret.at("certificate")) == "CN=till.example");
  CHECK(issued_by(secret.at("certificate"), secret.at("issuing_ca")));
  CHECK(secret.at("ca_chain") == Json::array({secret.at("issuing_ca")}));
  CHECK(public_key_of_certificate(secret.at("certificate")) ==
        public_key_of_key(secret.at("private_key")));
  const auto not_before = localcloud::parse_rfc3339(secret.at("validity").at("not_before"));
  CHECK(secret.at("expiration_date") == localcloud::rfc3339(not_before + std::chrono::hours(12)));
}

TEST_CASE("the chain of a private certificate takes the form of the switch", "[sm]") {
  House house;
  house.set("private_cert_key_algorithm", "ECDSA256");
  house.set("private_cert_ca_chain", "root");
  const Json first = house.create(requested("first"));
  const Json root = first.at("ca_chain").at(0);
  CHECK(issued_by(first.at("issuing_ca"), root));
  CHECK(issued_by(root, root));
  house.set("private_cert_ca_chain", "issuing_ca_and_root");
  CHECK(house.create(requested("second")).at("ca_chain") ==
        Json::array({first.at("issuing_ca"), root}));
  house.set("private_cert_ca_chain", "root_and_issuing_ca");
  CHECK(house.create(requested("third")).at("ca_chain") ==
        Json::array({root, first.at("issuing_ca")}));
}

TEST_CASE("the key of a private certificate has the form that was asked for", "[sm]") {
  House house;
  struct Case {
    const char* algorithm;
    Json more;
    const char* header;
  };
  const std::vector<Case> cases{
      {"RSA2048", Json::object(), "-----BEGIN RSA PRIVATE KEY-----"},
      {"ECDSA256", {{"private_key_format", "der"}}, "-----BEGIN EC PRIVATE KEY-----"},
      {"ECDSA256", {{"private_key_format", "pkcs8"}}, "-----BEGIN PRIVATE KEY-----"},
  };
  for (const auto& one : cases) {
    INFO(one.header);
    house.set("private_cert_key_algorithm", one.algorithm);
    const Json secret = house.create(requested("till", one.more));
    CHECK(secret.at("private_key").get<std::string>().rfind(one.header, 0) == 0);
    house.client().erase(House::path(secret));
  }
}

TEST_CASE("a private certificate repeats its request when it is rotated", "[sm]") {
  House house;
  house.set("private_cert_key_algorithm", "ECDSA256");
  const Json secret = house.create(requested("till", {{"alt_names", {"b.example"}}}));
  const Json version = house.rotate(secret, Json::object());
  CHECK(version.at("serial_number") != secret.at("serial_number"));
  CHECK(version.at("private_key") != secret.at("private_key"));
  CHECK(version.at("downloaded") == true);
  const Json after = house.metadata(secret);
  CHECK(after.at("alt_names") == secret.at("alt_names"));
  CHECK(after.at("versions_total") == 2);
  CHECK(house.get(House::path(secret, "/versions/previous")).at("private_key") ==
        secret.at("private_key"));
}

TEST_CASE("a signing request keeps its key at home", "[sm]") {
  House house;
  const std::string csr = make_csr("elsewhere.example");
  const Json secret = house.create(requested("till", {{"csr", csr}}));
  CHECK_FALSE(secret.contains("private_key"));
  CHECK(public_key_of_certificate(secret.at("certificate")) == public_key_of_csr(csr));
  const std::string next = make_csr("elsewhere.example");
  CHECK(public_key_of_certificate(house.rotate(secret, {{"csr", next}}).at("certificate")) ==
        public_key_of_csr(next));
}

TEST_CASE("a pem_bundle holds key, leaf and issuer", "[sm]") {
  House house;
  house.set("private_cert_key_algorithm", "ECDSA256");
  const Json secret = house.create(requested("till", {{"format", "pem_bundle"}}));
  CHECK(blocks_of(secret.at("certificate")) == 3);
  CHECK(issued_by(secret.at("certificate"), secret.at("issuing_ca")));
}

TEST_CASE("a request for a private certificate is refused when it breaks a rule", "[sm]") {
  House house;
  house.set("private_cert_key_algorithm", "ECDSA256");
  for (const Json& wrong :
       {Json{{"certificate_template", "other"}}, Json{{"certificate_template", nullptr}},
        Json{{"common_name", nullptr}}, Json{{"common_name", "a b"}}, Json{{"ttl", "soon"}},
        Json{{"ttl", "12w"}}, Json{{"ip_sans", "nowhere"}}, Json{{"private_key_format", "jks"}},
        Json{{"format", "text"}}, Json{{"csr", std::string(60, 'x')}},
        Json{{"other_sans", {"1.2.3;BOOL:x"}}},
        Json{{"rotation", {{"auto_rotate", true}, {"unit", "day"}}}},
        Json{{"rotation", {{"auto_rotate", true}, {"interval", 1}, {"unit", "week"}}}}}) {
    INFO(wrong.dump());
    CHECK(house.client().post("/secrets", requested("till", wrong)).status == 400);
  }
}

TEST_CASE("a rotation interval must be shorter than the certificate's life", "[sm]") {
  House house;
  house.set("private_cert_key_algorithm", "ECDSA256");
  const Json long_one{{"auto_rotate", true}, {"interval", 4}, {"unit", "month"}};
  const Json short_one{{"auto_rotate", true}, {"interval", 1}, {"unit", "month"}};
  const Answer refused =
      house.client().post("/secrets", requested("till", {{"rotation", long_one}}));
  CHECK(refused.status == 400);
  CHECK(refused.json().at("errors").at(0).at("code") == "Error02009");
  const Json secret = house.create(requested("till", {{"rotation", short_one}}));
  CHECK(secret.at("rotation") == short_one);
  CHECK(secret.contains("next_rotation_date"));
  CHECK(house.client()
            .patch(House::path(secret, "/metadata"), {{"rotation", long_one}})
            .json()
            .at("errors")
            .at(0)
            .at("code") == "Error02009");
}

}  // namespace
}  // namespace sm_tests

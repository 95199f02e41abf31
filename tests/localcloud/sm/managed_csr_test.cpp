#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

Json wanted(const Json& more = Json::object()) {
  Json csr{{"common_name", "shop.example"},
           {"alt_names", "www.shop.example, api.shop.example"},
           {"ip_sans", "192.0.2.7"},
           {"organization", {"Shop"}},
           {"key_type", "ec"}};
  csr.update(more);
  return {{"secret_type", "imported_cert"}, {"name", "shop"}, {"managed_csr", std::move(csr)}};
}

TEST_CASE("a managed CSR waits for its certificate", "[sm]") {
  House house;
  const Json secret = house.create(wanted());
  CHECK(secret.at("state") == 0);
  CHECK(secret.at("versions_total") == 0);
  CHECK_FALSE(secret.contains("certificate"));
  const Json managed = secret.at("managed_csr");
  CHECK(managed.at("key_bits") == 256);
  CHECK(managed.at("organization") == Json({"Shop"}));
  CHECK(managed.at("country") == Json::array());
  CHECK(managed.at("server_flag") == true);
  CHECK(managed.at("rotate_keys") == false);
  CHECK(public_key_of_csr(managed.at("csr")) == public_key_of_key(managed.at("private_key")));
  CHECK(house.only_event().event_type == "secret_created");

  const bool told = GENERATE(true, false);
  house.set("managed_csr_certificates_are_told", told);
  const Json version = house.rotate(secret, {{"certificate", certify(managed.at("csr"))}});
  CHECK(version.at("alias") == "current");
  CHECK(house.events().size() == (told ? 1U : 0U));
  const Json active = house.get(House::path(secret));
  CHECK(active.at("state") == 1);
  CHECK(active.at("versions_total") == 1);
  CHECK(active.at("private_key_included") == true);
  CHECK(active.at("private_key") == managed.at("private_key"));
  CHECK(active.at("csr") == managed.at("csr"));
}

TEST_CASE("a certificate of another key does not fit a managed CSR", "[sm]") {
  House house;
  const Json secret = house.create(wanted());
  const Pair other = make_pair();
  const std::string path = House::path(secret, "/versions");
  CHECK(house.client().post(path, {{"certificate", other.certificate}}).status == 400);
  CHECK(house.client()
            .post(path, {{"certificate", other.certificate}, {"private_key", other.key}})
            .status == 400);
  CHECK(house.metadata(secret).at("state") == 0);
}

TEST_CASE("a patch makes another request, and another key when asked to", "[sm]") {
  House house;
  const Json secret = house.create(wanted());
  const Json before = secret.at("managed_csr");
  struct Case {
    Json patch;
    bool new_key;
  };
  const std::vector<Case> cases{{{{"common_name", "till.example"}}, false},
                                {{{"key_bits", 384}}, true},
                                {{{"rotate_keys", true}}, true}};
  for (const auto& one : cases) {
    INFO(one.patch.dump());
    const Json now = house.metadata(secret).at("managed_csr");
    const Answer answer =
        house.client().patch(House::path(secret, "/metadata"), {{"managed_csr", one.patch}});
    REQUIRE(answer.status == 200);
    const Json after = answer.json().at("managed_csr");
    CHECK(after.at("csr") != now.at("csr"));
    CHECK((after.at("private_key") != now.at("private_key")) == one.new_key);
    CHECK(after.at("organization") == Json({"Shop"}));
  }
  for (const Json& wrong : {Json(nullptr), Json{{"common_name", nullptr}}, Json("x")}) {
    INFO(wrong.dump());
    CHECK(house.client().patch(House::path(secret, "/metadata"), {{"managed_csr", wrong}}).status ==
          400);
  }
  const Json plain = house.create(imported("plain", make_pair()));
  CHECK(house.client()
            .patch(House::path(plain, "/metadata"), {{"managed_csr", {{"common_name", "x"}}}})
            .status == 400);
}

TEST_CASE("whether metadata shows the key of a managed CSR is switched", "[sm]") {
  House house;
  const Json secret = house.create(wanted());
  const bool shown = GENERATE(true, false);
  house.set("managed_csr_key_in_metadata", shown);
  CHECK(house.metadata(secret).at("managed_csr").contains("private_key") == shown);
  CHECK(house.get("/secrets").at("secrets").at(0).at("managed_csr").contains("private_key") ==
        shown);
  CHECK(house.get(House::path(secret)).at("managed_csr").contains("private_key"));
}

TEST_CASE("a managed CSR is refused when it breaks a rule", "[sm]") {
  House house;
  for (const Json& wrong :
       {Json{{"common_name", nullptr}}, Json{{"common_name", "a b"}}, Json{{"key_type", "dsa"}},
        Json{{"key_bits", 2048}}, Json{{"alt_names", {"a.example"}}}, Json{{"alt_names", "a b"}},
        Json{{"ip_sans", "nowhere"}}, Json{{"key_usage", "Flying"}},
        Json{{"ext_key_usage", "Flying"}}, Json{{"ext_key_usage_oids", "one"}},
        Json{{"policy_identifiers", "one"}}, Json{{"ou", "one"}}, Json{{"server_flag", 1}}}) {
    INFO(wrong.dump());
    CHECK(house.client().post("/secrets", wanted(wrong)).status == 400);
  }
  CHECK(house.create(wanted({{"common_name", nullptr}, {"require_cn", false}})).at("state") == 0);
}

}  // namespace
}  // namespace sm_tests

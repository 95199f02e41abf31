#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

constexpr char kProject[] = "15314cc3-85b4-4338-903f-c28cdee6d005";

Json lets_encrypt(const std::string& name, const Json& more = Json::object()) {
  Json body{{"config_type", "public_cert_configuration_ca_lets_encrypt"},
            {"name", name},
            {"lets_encrypt_environment", "staging"},
            {"lets_encrypt_private_key", std::string(60, 'k')}};
  body.update(more);
  return body;
}

Json configured(const House& house, const Json& body) {
  const Answer answer = house.client().post("/configurations", body);
  INFO(answer.body);
  REQUIRE(answer.status == 201);
  return answer.json();
}

TEST_CASE("a configuration is told whole alone, without its secrets in lists", "[sm]") {
  struct Case {
    Json body;
    const char* secret_type;
    std::vector<std::string> hidden;  // in lists
    Json patch;
  };
  const std::vector<Case> cases{
      {lets_encrypt("one", {{"lets_encrypt_preferred_chain", "ISRG Root X1"}}),
       "public_cert",
       {"lets_encrypt_private_key"},
       {{"lets_encrypt_environment", "production"}}},
      {{{"config_type", "public_cert_configuration_dns_cloud_internet_services"},
        {"name", "one"},
        {"cloud_internet_services_apikey", "an-api-key"},
        {"cloud_internet_services_crn", "crn:v1:bluemix:public:internet-svcs:global:a/1:2::"}},
       "public_cert",
       {"cloud_internet_services_apikey", "cloud_internet_services_crn"},
       {{"cloud_internet_services_apikey", "another-key"}}},
      {{{"config_type", "public_cert_configuration_dns_classic_infrastructure"},
        {"name", "one"},
        {"classic_infrastructure_username", "me"},
        {"classic_infrastructure_password", "swordfish"}},
       "public_cert",
       {"classic_infrastructure_username", "classic_infrastructure_password"},
       {{"classic_infrastructure_username", "you"}}},
      {{{"config_type", "iam_credentials_configuration"},
        {"name", "one"},
        {"api_key", "a-key"},
        {"disabled", false}},
       "iam_credentials",
       {"api_key"},
       {{"disabled", true}}},
      {{{"config_type", "custom_credentials_configuration"},
        {"name", "one"},
        {"task_timeout", "600"},
        {"code_engine", {{"job_name", "job"}, {"project_id", kProject}, {"region", "eu-de"}}}},
       "custom_credentials",
       {},
       {{"task_timeout", "300"}}},
  };
  for (const auto& one : cases) {
    INFO(one.body.dump());
    House house;
    const Json made = configured(house, one.body);
    CHECK(made.at("secret_type") == one.secret_type);
    for (const auto& [member, value] : one.body.items()) CHECK(made.at(member) == value);
    for (const char* member : {"created_by", "created_at", "updated_at"})
      CHECK(made.contains(member));
    CHECK(house.get("/configurations/one") == made);
    const Json listed = house.get("/configurations").at("configurations").at(0);
    CHECK(listed.at("name") == "one");
    for (const auto& member : one.hidden) CHECK_FALSE(listed.contains(member));
    const Answer patched = house.client().patch("/configurations/one", one.patch);
    REQUIRE(patched.status == 200);
    for (const auto& [member, value] : one.patch.items()) CHECK(patched.json().at(member) == value);
    CHECK(house.client().patch("/configurations/one", {{"name", "two"}}).status == 400);
    CHECK(house.client().erase("/configurations/one").status == 204);
    CHECK(house.client().get("/configurations/one").status == 404);
  }
}

TEST_CASE("configurations are listed by type, order and search", "[sm]") {
  House house;
  configured(house, lets_encrypt("b-shop"));
  configured(house, lets_encrypt("a-till"));
  configured(
      house,
      {{"config_type", "iam_credentials_configuration"}, {"name", "c-shop"}, {"api_key", "a-key"}});
  const auto names = [&](const std::string& query) {
    std::vector<std::string> found;
    const Json page = house.get("/configurations" + query);
    for (const Json& one : page.at("configurations")) found.push_back(one.at("name"));
    return found;
  };
  using Names = std::vector<std::string>;
  CHECK(names("") == Names{"c-shop", "a-till", "b-shop"});
  CHECK(names("?sort=-name") == Names{"c-shop", "b-shop", "a-till"});
  CHECK(names("?secret_types=public_cert") == Names{"a-till", "b-shop"});
  CHECK(names("?search=shop") == Names{"c-shop", "b-shop"});
  CHECK(names("?sort=name&limit=1&offset=1") == Names{"b-shop"});
  CHECK(house.client().get("/configurations?sort=created_at").status == 400);
  CHECK(house.client().get("/configurations?limit=1001").status == 400);
}

TEST_CASE("a name that two configurations have needs the type", "[sm]") {
  House house;
  configured(house, lets_encrypt("same"));
  configured(
      house,
      {{"config_type", "iam_credentials_configuration"}, {"name", "same"}, {"api_key", "a-key"}});
  CHECK(house.client().get("/configurations/same").status == 300);
  const auto typed =
      house.client().with("X-Sm-Accept-Configuration-Type", "iam_credentials_configuration");
  CHECK(typed.get("/configurations/same").json().at("api_key") == "a-key");
  CHECK(typed.erase("/configurations/same").status == 204);
  CHECK(house.client().get("/configurations/same").status == 200);
}

TEST_CASE("a configuration is refused when it breaks a rule", "[sm]") {
  House house;
  configured(house, lets_encrypt("taken"));
  for (const Json& wrong :
       {lets_encrypt("taken"), lets_encrypt("x"), lets_encrypt("one", {{"config_type", "other"}}),
        lets_encrypt("one", {{"lets_encrypt_environment", "test"}}),
        lets_encrypt("one", {{"lets_encrypt_private_key", "short"}}),
        Json{{"config_type", "iam_credentials_configuration"}, {"name", "one"}},
        Json{{"config_type", "custom_credentials_configuration"},
             {"name", "one"},
             {"code_engine", {{"job_name", "job"}}}},
        Json{{"config_type", "custom_credentials_configuration"},
             {"name", "one"},
             {"task_timeout", "4m"},
             {"code_engine", {{"job_name", "job"}, {"project_id", kProject}, {"region", "eu-de"}}}},
        Json{{"config_type", "private_cert_configuration_template"},
             {"name", "one"},
             {"certificate_authority", "nobody"}}}) {
    INFO(wrong.dump());
    CHECK(house.client().post("/configurations", wrong).status == 400);
  }
  for (int i = 1; i < 10; ++i) configured(house, lets_encrypt("more" + std::to_string(i)));
  CHECK(house.client().post("/configurations", lets_encrypt("eleventh")).status == 400);
  CHECK(house.client()
            .post("/configurations/taken/actions",
                  {{"action_type", "private_cert_configuration_action_rotate_crl"}})
            .status == 400);
}

TEST_CASE("an order may have to name configurations that are there", "[sm]") {
  House house;
  house.set("unknown_configurations_pass", false);
  const auto order = [&](const std::string& dns) {
    return house.client()
        .post("/secrets", {{"secret_type", "public_cert"},
                           {"name", "shop"},
                           {"ca", "le"},
                           {"dns", dns},
                           {"common_name", "shop.example"}})
        .status;
  };
  CHECK(order("manual") == 400);
  configured(house, lets_encrypt("le"));
  CHECK(order("classic") == 400);
  configured(house, {{"config_type", "public_cert_configuration_dns_classic_infrastructure"},
                     {"name", "classic"},
                     {"classic_infrastructure_username", "me"},
                     {"classic_infrastructure_password", "swordfish"}});
  CHECK(order("classic") == 201);
}

}  // namespace
}  // namespace sm_tests

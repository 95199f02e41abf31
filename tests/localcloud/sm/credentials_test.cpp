#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

using std::chrono::hours;

Json iam(const Json& more = Json::object()) {
  Json body{{"secret_type", "iam_credentials"},
            {"name", "robot"},
            {"ttl", "1h"},
            {"reuse_api_key", true},
            {"access_groups", {"AccessGroupId-1"}}};
  body.update(more);
  return body;
}

Json service(const Json& more = Json::object()) {
  Json body{
      {"secret_type", "service_credentials"},
      {"name", "storage"},
      {"source_service",
       {{"instance", {{"crn", "crn:v1:bluemix:public:cloud-object-storage:global:a/0123:4567::"}}},
        {"role", {{"crn", "crn:v1:bluemix:public:iam::::serviceRole:Writer"}}},
        {"parameters", {{"HMAC", true}}}}}};
  body.update(more);
  return body;
}

TEST_CASE("iam_credentials that reuse their key read alike until the lease ends", "[sm]") {
  House house;
  const bool outlive = GENERATE(false, true);
  house.set("iam_credentials_outlive_lease", outlive);
  const Json secret = house.create(iam());
  CHECK(secret.at("api_key").get<std::string>().size() == 44);
  CHECK(secret.at("ttl") == "3600");
  CHECK(secret.at("service_id_is_static") == false);
  CHECK(secret.at("service_id").get<std::string>().rfind("ServiceId-", 0) == 0);
  CHECK(secret.at("api_key_id").get<std::string>().rfind("ApiKey-", 0) == 0);
  const Json read = house.get(House::path(secret));
  CHECK(read.at("api_key") == secret.at("api_key"));
  CHECK(read.at("versions_total") == 1);
  const auto created = localcloud::parse_rfc3339(secret.at("created_at"));
  CHECK(localcloud::parse_rfc3339(secret.at("expiration_date")) - created <= hours(1));
  house.advance(hours(2));
  const Json later = house.get(House::path(secret));
  CHECK(later.at("state") == (outlive ? 1 : 5));
  CHECK(later.contains("api_key") == outlive);
  if (outlive) CHECK(later.at("api_key") != secret.at("api_key"));
}

TEST_CASE("iam_credentials without reuse make a key at every read", "[sm]") {
  House house;
  const Json secret = house.create(iam({{"reuse_api_key", false}}));
  const Json first = house.get(House::path(secret));
  CHECK(first.at("versions_total") == 2);
  CHECK(first.at("api_key") != secret.at("api_key"));
  CHECK(first.at("service_id") != secret.at("service_id"));
  house.advance(hours(2));
  const Json second = house.get(House::path(secret));
  CHECK(second.at("state") == 1);
  CHECK(second.at("versions_total") == 3);
  CHECK_FALSE(house.get(House::path(secret, "/versions/previous")).contains("api_key"));
}

TEST_CASE("locked iam_credentials are not read", "[sm]") {
  House house;
  const Json secret = house.create(iam());
  house.client().post(House::path(secret, "/locks_bulk"),
                      {{"locks", Json::array({{{"name", "shop"}}})}});
  CHECK(house.client().get(House::path(secret)).status == 412);
  house.client().erase(House::path(secret, "/locks_bulk"));
  CHECK(house.client().get(House::path(secret)).status == 200);
}

TEST_CASE("iam_credentials are restored from an old version", "[sm]") {
  House house;
  const bool told = GENERATE(true, false);
  house.set("restores_are_told", told);
  const Json secret =
      house.create(iam({{"access_groups", nullptr}, {"service_id", "ServiceId-1"}}));
  CHECK(secret.at("service_id_is_static") == true);
  CHECK(secret.at("service_id") == "ServiceId-1");
  const Json rotated = house.rotate(secret, Json::object());
  CHECK(rotated.at("api_key") != secret.at("api_key"));
  house.events();
  const Json restored = house.rotate(secret, {{"restore_from_version", "previous"}});
  CHECK(restored.at("api_key") == secret.at("api_key"));
  CHECK(house.events().size() == (told ? 1U : 0U));
  CHECK(house.client()
            .post(House::path(secret, "/versions"),
                  {{"restore_from_version", "00000000-0000-0000-0000-000000000000"}})
            .status == 400);
}

TEST_CASE("only the current data of iam_credentials is deleted", "[sm]") {
  House house;
  const Json secret = house.create(iam());
  house.rotate(secret, Json::object());
  house.events();
  CHECK(house.client().erase(House::path(secret, "/versions/previous/secret_data")).status == 400);
  CHECK(house.client().erase(House::path(secret, "/versions/current/secret_data")).status == 204);
  CHECK(house.only_event().event_type == "secret_version_data_deleted");
  CHECK(house.get(House::path(secret, "/versions/current")).at("payload_available") == false);
  CHECK(house.client().erase(House::path(secret, "/versions/current/secret_data")).status == 400);
}

TEST_CASE("iam_credentials are refused when they break a rule", "[sm]") {
  House house;
  for (const Json& wrong :
       {Json{{"ttl", nullptr}}, Json{{"ttl", "59s"}}, Json{{"ttl", "91d"}}, Json{{"ttl", "soon"}},
        Json{{"reuse_api_key", nullptr}}, Json{{"access_groups", nullptr}},
        Json{{"service_id", "ServiceId-1"}},
        Json{{"access_groups", std::vector<std::string>(11, "AccessGroupId-1")}}}) {
    INFO(wrong.dump());
    CHECK(house.client().post("/secrets", iam(wrong)).status == 400);
  }
  const Json secret = house.create(iam());
  CHECK(house.client().patch(House::path(secret, "/metadata"), {{"ttl", "2h"}}).json().at("ttl") ==
        "7200");
}

TEST_CASE("iam_credentials need their engine where configurations are asked for", "[sm]") {
  House house;
  house.set("unknown_configurations_pass", false);
  CHECK(house.client().post("/secrets", iam()).status == 400);
  house.client().post("/configurations", {{"config_type", "iam_credentials_configuration"},
                                          {"name", "engine"},
                                          {"api_key", "an-api-key"}});
  CHECK(house.client().post("/secrets", iam()).status == 201);
  house.client().patch("/configurations/engine", {{"disabled", true}});
  CHECK(house.client().post("/secrets", iam({{"name", "second"}})).status == 400);
}

TEST_CASE("service_credentials are a resource key of their service", "[sm]") {
  House house;
  const Json secret = house.create(service());
  const Json credentials = secret.at("credentials");
  for (const char* member : {"apikey", "iam_apikey_description", "iam_apikey_id", "iam_apikey_name",
                             "iam_role_crn", "iam_serviceid_crn"}) {
    INFO(member);
    CHECK(credentials.at(member).is_string());
  }
  CHECK(credentials.at("iam_role_crn") == "crn:v1:bluemix:public:iam::::serviceRole:Writer");
  const Json source = secret.at("source_service");
  CHECK(source.at("iam").at("apikey").at("id") == credentials.at("iam_apikey_id"));
  CHECK(source.at("resource_key").at("crn").get<std::string>().find(":4567:resource-key:") !=
        std::string::npos);
  CHECK(source.at("parameters").at("HMAC") == true);
  CHECK(secret.at("downloaded") == true);
  CHECK_FALSE(secret.contains("expiration_date"));
  const Json version = house.rotate(secret, Json::object());
  CHECK(version.at("resource_key") != source.at("resource_key"));
  CHECK(version.at("credentials").at("apikey") != credentials.at("apikey"));
}

TEST_CASE("service_credentials with a lease are destroyed at its end", "[sm]") {
  House house;
  const Json secret = house.create(service({{"ttl", "2d"}}));
  CHECK(secret.at("ttl") == "172800");
  house.advance(hours(49));
  CHECK(house.metadata(secret).at("state") == 5);
  for (const Json& wrong :
       {Json{{"ttl", "23h"}}, Json{{"ttl", "91d"}}, Json{{"source_service", nullptr}},
        Json{{"source_service", {{"instance", {{"crn", "x"}}}}}}}) {
    INFO(wrong.dump());
    Json body = service(wrong);
    body["name"] = "second";
    CHECK(house.client().post("/secrets", body).status == 400);
  }
}

}  // namespace
}  // namespace sm_tests

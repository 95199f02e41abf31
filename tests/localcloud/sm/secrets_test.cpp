#include "hack/localcloud/frame/url.h"
#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

TEST_CASE("a created secret answers with all its metadata and its payload, flat", "[sm]") {
  House house;
  const Json secret = house.create({{"secret_type", "arbitrary"},
                                    {"name", "plain"},
                                    {"description", "a text"},
                                    {"labels", {"one", "two"}},
                                    {"custom_metadata", {{"team", "shop"}}},
                                    {"payload", "swordfish"}});
  CHECK(secret.at("payload") == "swordfish");
  CHECK(secret.at("description") == "a text");
  CHECK(secret.at("labels") == Json({"one", "two"}));
  CHECK(secret.at("custom_metadata") == Json({{"team", "shop"}}));
  CHECK(secret.at("state") == 1);
  CHECK(secret.at("state_description") == "active");
  CHECK(secret.at("downloaded") == false);
  CHECK(secret.at("versions_total") == 1);
  CHECK(secret.at("locks_total") == 0);
  CHECK(secret.at("retrieved_at") == "1970-01-01T00:00:00Z");
  CHECK(secret.at("created_at") == secret.at("updated_at"));
  const std::string created = secret.at("created_at");  // whole seconds
  CHECK(created == localcloud::rfc3339(localcloud::parse_rfc3339(created)));
  const std::string instance = localcloud::Seed().sm_crn();
  CHECK(secret.at("crn") ==
        instance.substr(0, instance.size() - 1) + "secret:" + secret.at("id").get<std::string>());
}

TEST_CASE("metadata has no payload and no empty members", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  const Json metadata = house.metadata(secret);
  for (const char* absent :
       {"payload", "labels", "description", "custom_metadata", "expiration_date", "alt_names"}) {
    INFO(absent);
    CHECK_FALSE(metadata.contains(absent));
  }
  CHECK(metadata == house.get("/secrets").at("secrets").at(0));
  house.set("shows_retrieved_at", false);
  CHECK_FALSE(house.metadata(secret).contains("retrieved_at"));
}

TEST_CASE("a create body is refused when it breaks a rule", "[sm]") {
  House house;
  house.create_arbitrary("taken");
  const auto with = [](const Json& more) {
    Json body{{"secret_type", "arbitrary"}, {"name", "plain"}, {"payload", "one"}};
    body.update(more);
    return body;
  };
  struct Case {
    const char* what;
    Json body;
    int status;
  };
  const std::vector<Case> cases{
      {"no type", with({{"secret_type", nullptr}}), 400},
      {"unknown type", with({{"secret_type", "certificate"}}), 400},
      {"another type's members", with({{"secret_type", "iam_credentials"}}), 400},
      {"no name", with({{"name", nullptr}}), 400},
      {"name of one character", with({{"name", "x"}}), 400},
      {"name of 257 characters", with({{"name", std::string(257, 'x')}}), 400},
      {"name with a slash", with({{"name", "a/b"}}), 400},
      {"name that ends with a dash", with({{"name", "plain-"}}), 400},
      {"name taken", with({{"name", "taken"}}), 409},
      {"31 labels", with({{"labels", std::vector<std::string>(31, "label")}}), 400},
      {"label of one character", with({{"labels", {"x"}}}), 400},
      {"label of 65 characters", with({{"labels", {std::string(65, 'x')}}}), 400},
      {"labels no array", with({{"labels", "one"}}), 400},
      {"custom metadata over 10 KB", with({{"custom_metadata", {{"a", std::string(10241, 'x')}}}}),
       400},
      {"custom metadata no object", with({{"custom_metadata", "x"}}), 400},
      {"unknown group", with({{"secret_group_id", "11111111-2222-3333-4444-555555555555"}}), 404},
      {"malformed group", with({{"secret_group_id", "shop"}}), 400},
      {"no payload", with({{"payload", nullptr}}), 400},
      {"payload over 1 MB", with({{"payload", std::string(1'000'001, 'x')}}), 400},
      {"expired already", with({{"expiration_date", "2001-01-01T00:00:00Z"}}), 400},
      {"expiration no date", with({{"expiration_date", "soon"}}), 400},
      {"kv without keys", {{"secret_type", "kv"}, {"name", "k1"}, {"data", Json::object()}}, 400},
      {"kv over 512 KB",
       {{"secret_type", "kv"}, {"name", "k1"}, {"data", {{"a", std::string(524'288, 'x')}}}},
       400},
      {"username too short",
       {{"secret_type", "username_password"}, {"name", "u1"}, {"username", "x"}},
       400},
      {"password too short",
       {{"secret_type", "username_password"},
        {"name", "u1"},
        {"username", "me"},
        {"password", "x"}},
       400},
  };
  for (const auto& one : cases) {
    INFO(one.what);
    CHECK(house.client().post("/secrets", one.body).status == one.status);
  }
  CHECK(house.client().send("POST", "/secrets", {}, "[1]").status == 400);
  CHECK(house.client().send("POST", "/secrets", {}, "{").status == 400);
  CHECK(house.get("/secrets").at("total_count") == 1);
}

TEST_CASE("a name is unique per type, over all groups", "[sm]") {
  House house;
  const Json group = house.client().post("/secret_groups", {{"name", "shop"}}).json();
  house.create_arbitrary("same");
  CHECK(house.client()
            .post("/secrets", {{"secret_type", "arbitrary"},
                               {"name", "same"},
                               {"payload", "x"},
                               {"secret_group_id", group.at("id")}})
            .status == 409);
  CHECK(house.client()
            .post("/secrets", {{"secret_type", "kv"}, {"name", "same"}, {"data", {{"a", 1}}}})
            .status == 201);
  house.set("sm_duplicate_name_status", 400);
  CHECK(house.client()
            .post("/secrets", {{"secret_type", "arbitrary"}, {"name", "same"}, {"payload", "x"}})
            .status == 400);
}

TEST_CASE("errors have IBM's shape: strings, never an empty array, JSON", "[sm]") {
  House house;
  const Answer answer = house.client().get("/secrets/11111111-2222-3333-4444-555555555555");
  CHECK(answer.status == 404);
  CHECK(answer.header("Content-Type").rfind("application/json", 0) == 0);
  const Json body = answer.json();
  REQUIRE(body.at("errors").size() == 1);
  CHECK(body.at("errors").at(0).at("code").is_string());
  CHECK_FALSE(body.at("errors").at(0).at("message").get<std::string>().empty());
  CHECK(body.at("status_code") == 404);
  CHECK_FALSE(body.at("trace").get<std::string>().empty());
}

TEST_CASE("an unknown path is no valid access endpoint", "[sm]") {
  House house;
  for (const char* path : {"/secrets_lock", "/nothing", "/configuration"}) {
    INFO(path);
    const Answer answer = house.client().get(path);
    CHECK(answer.status == 404);
    CHECK(first_message(answer).find(std::string(path) + " is not a valid access endpoint.") !=
          std::string::npos);
  }
}

TEST_CASE("a token is asked for before anything else", "[sm]") {
  House house;
  const cloud_client::Client stranger(house.base_url() + "/api/v2");
  CHECK(stranger.get("/secrets").status == 401);
  CHECK(stranger.get("/nothing").status == 401);
  CHECK(stranger.post("/secrets", Json::object()).status == 401);
}

TEST_CASE("ids that are no UUID are refused with the status of the switch", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  const std::string crn = localcloud::percent_encode(secret.at("crn").get<std::string>());
  CHECK(house.client().get("/secrets/" + crn).status == 400);
  CHECK(house.client().get("/secrets/short/metadata").status == 400);
  CHECK(house.client().get(House::path(secret, "/versions/latest")).status == 400);
  house.set("sm_malformed_id_status", 404);
  CHECK(house.client().get("/secrets/" + crn).status == 404);
}

TEST_CASE("a merge patch changes what it names and nothing else", "[sm]") {
  House house;
  const Json secret = house.create({{"secret_type", "arbitrary"},
                                    {"name", "plain"},
                                    {"description", "a text"},
                                    {"labels", {"one", "two"}},
                                    {"custom_metadata", {{"keep", 1}, {"drop", 2}}},
                                    {"payload", "swordfish"},
                                    {"expiration_date", "2090-01-01T00:00:00Z"}});
  house.advance(std::chrono::seconds(5));
  const Answer answer = house.client().patch(House::path(secret, "/metadata"),
                                             {{"name", "renamed"},
                                              {"labels", {"three"}},
                                              {"custom_metadata", {{"drop", nullptr}, {"more", 3}}},
                                              {"expiration_date", nullptr}});
  REQUIRE(answer.status == 200);
  const Json patched = answer.json();
  CHECK(patched == house.metadata(secret));
  CHECK(patched.at("name") == "renamed");
  CHECK(patched.at("description") == "a text");
  CHECK(patched.at("labels") == Json({"three"}));
  CHECK(patched.at("custom_metadata") == Json({{"keep", 1}, {"more", 3}}));
  CHECK_FALSE(patched.contains("expiration_date"));
  CHECK(patched.at("updated_at") > secret.at("updated_at"));
  CHECK(patched.at("versions_total") == 1);
  CHECK(house.get(House::path(secret)).at("payload") == "swordfish");
}

TEST_CASE("a patch that breaks a rule changes nothing", "[sm]") {
  House house;
  house.create_arbitrary("taken");
  const Json secret = house.create_arbitrary("plain");
  const Json before = house.metadata(secret);
  for (const auto& [patch, status] :
       std::vector<std::pair<Json, int>>{{{{"name", nullptr}}, 400},
                                         {{{"name", "taken"}}, 409},
                                         {{{"name", "a b"}}, 400},
                                         {{{"description", "fine"}, {"labels", {"x"}}}, 400},
                                         {{{"custom_metadata", "text"}}, 400},
                                         {{{"rotation", {{"auto_rotate", false}}}}, 400},
                                         {{{"secret_type", "kv"}}, 400}}) {
    INFO(patch.dump());
    CHECK(house.client().patch(House::path(secret, "/metadata"), patch).status == status);
  }
  CHECK(house.metadata(secret) == before);
  CHECK(house.client().patch(House::path(secret, "/metadata"), {{"name", "plain"}}).status == 200);
}

TEST_CASE("a deleted secret is gone, and its name is free", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  CHECK(house.client().erase(House::path(secret, "?force_delete=true")).status == 204);
  CHECK(house.client().get(House::path(secret, "/metadata")).status == 404);
  CHECK(house.client().erase(House::path(secret)).status == 404);
  CHECK(house.create_arbitrary("plain").at("id") != secret.at("id"));
}

}  // namespace
}  // namespace sm_tests

#include "tests/localcloud/iam/account.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

constexpr char kKeyGrant[] = "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=";

}  // namespace

TEST_CASE("an API key tells its value once and works until it is disabled or deleted") {
  const Account at;
  const std::string owner =
      at.iam.get("/v1/serviceids?name=certloop").json()["serviceids"][0]["iam_id"];
  const Answer made = at.iam.post("/v1/apikeys", {{"name", "second"}, {"iam_id", owner}});
  REQUIRE(made.status == 201);
  const std::string form = kKeyGrant + made.json()["apikey"].get<std::string>();
  const std::string path = "/v1/apikeys/" + made.json()["id"].get<std::string>();
  CHECK(at.login(form).status == 200);
  CHECK(at.iam.get(path).json()["apikey"] == "");
  CHECK(at.iam.post(path + "/disable").status == 204);
  CHECK(at.login(form).status == 400);
  CHECK(at.iam.erase(path + "/disable").status == 204);
  CHECK(at.login(form).status == 200);
  CHECK(at.iam.post(path + "/lock").json()["locked"] == true);
  CHECK(at.iam.erase(path).status == 400);
  CHECK(at.iam.erase(path + "/lock").status == 200);
  CHECK(at.iam.erase(path).status == 204);
  CHECK(at.login(form).json()["errorCode"] == "BXNIM0415E");
  CHECK(at.iam.get(path).status == 404);
}

TEST_CASE("a key tells whose it is without a token") {
  const Account at;
  const Client plain(at.names.at("CERTLOOP_IAM_URL"));
  const Answer answer = plain.with("IAM-ApiKey", at.seed.api_key).get("/v1/apikeys/details");
  REQUIRE(answer.status == 200);
  CHECK(answer.json()["account_id"] == at.seed.account);
  CHECK(answer.json()["apikey"] == "");
  CHECK(plain.with("IAM-ApiKey", "wrong").get("/v1/apikeys/details").status == 404);
  CHECK(plain.get("/v1/apikeys/details").status == 401);
}

TEST_CASE("the identity API refuses in its own shape") {
  const Account at;
  const Answer nobody = Client(at.names.at("CERTLOOP_IAM_URL")).get("/v1/profiles");
  CHECK(nobody.status == 401);
  CHECK(nobody.json()["status_code"] == "401");
  CHECK(at.error(nobody)["code"] == "BXNIM0308E");
  const Answer unreadable = at.iam.send("POST", "/v1/profiles", {}, "[");
  CHECK(unreadable.status == 400);
  CHECK(unreadable.json()["status_code"] == "400");
  CHECK(at.iam.get("/v1/profiles/Profile-x").status == 404);
}

TEST_CASE("profiles are unique by name, and switch iam_profile_conflict_status is the refusal") {
  const Account at;
  const Json body{{"name", "loop"}, {"account_id", at.seed.account}};
  CHECK(at.iam.post("/v1/profiles", body).status == 201);
  CHECK(at.iam.post("/v1/profiles", body).status == 409);
  at.set("iam_profile_conflict_status", 400);
  CHECK(at.iam.post("/v1/profiles", body).status == 400);
  CHECK(at.iam.post("/v1/profiles", {{"name", "x"}, {"account_id", "other"}}).status == 403);
}

TEST_CASE("a change needs the current tag, and switch iam_stale_tag_status is the refusal") {
  const Account at;
  const std::string path = "/v1/profiles/" + at.seed.trusted_profile_id;
  const std::string tag = at.iam.get(path).json()["entity_tag"];
  const Json body{{"name", "certloop"}, {"description", "new"}};
  CHECK(at.iam.put(path, body).status == 400);
  const Answer changed = at.iam.put(path, body, {{"If-Match", tag}});
  CHECK(changed.status == 200);
  CHECK(changed.json()["description"] == "new");
  CHECK(changed.json()["entity_tag"] != tag);
  CHECK(at.iam.put(path, body, {{"If-Match", tag}}).status == 412);
  at.set("iam_stale_tag_status", 409);
  CHECK(at.iam.put(path, body, {{"If-Match", tag}}).status == 409);
  CHECK(at.iam.put(path, body, {{"If-Match", "*"}}).status == 200);
}

TEST_CASE("identities come in pages with URLs to the next ones") {
  const Account at;
  for (int i = 0; i < 4; ++i) {
    at.iam.post("/v1/profiles",
                {{"name", "p" + std::to_string(i)}, {"account_id", at.seed.account}});
  }
  std::string url =
      at.iam.base_url() + "/v1/profiles?account_id=" + at.seed.account + "&pagesize=2";
  std::size_t seen = 0;
  std::size_t pages = 0;
  while (!url.empty()) {
    const Json page =
        cloud_client::call("GET", url, {{"Authorization", "Bearer " + at.token}}).json();
    seen += page["profiles"].size();
    url = page.value("next", "");
    ++pages;
  }
  CHECK(seen == 5);
  CHECK(pages == 3);
  CHECK(at.iam.get("/v1/profiles?name=p3").json()["profiles"].size() == 1);
  CHECK(at.iam.get("/v1/profiles?pagesize=0").status == 400);
}

TEST_CASE("links are found, refused twice, and deleted by id or by what they name") {
  const Account at;
  const std::string links = "/v1/profiles/" + at.seed.trusted_profile_id + "/links";
  const Json body{{"cr_type", "CE"},
                  {"link",
                   {{"crn", at.seed.project_b_crn()},
                    {"component_type", "application"},
                    {"component_name", "x"}}}};
  CHECK(at.iam.post(links, body).status == 201);
  CHECK(at.iam.post(links, body).status == 409);
  CHECK(at.iam.get(links).json()["links"].size() == 2);
  CHECK(at.iam.erase(links + "?type=CE&component_name=x").status == 204);
  CHECK(at.iam.erase(links + "?type=CE&component_name=x").status == 404);
  const std::string first = at.iam.get(links).json()["links"][0]["id"];
  CHECK(at.iam.get(links + "/" + first).json()["cr_type"] == "CE");
  CHECK(at.iam.erase(links + "/" + first).status == 204);
  CHECK(at.iam.get(links).json()["links"].empty());
  CHECK(at.iam.post(links, {{"cr_type", "MOON"}, {"link", {{"crn", "x"}}}}).status == 400);
}

TEST_CASE("a service id is made with a key, and takes its keys along when it goes") {
  const Account at;
  const Answer made = at.iam.post(
      "/v1/serviceids/",
      {{"name", "loop"}, {"account_id", at.seed.account}, {"apikey", {{"name", "of loop"}}}});
  REQUIRE(made.status == 201);
  const std::string form = kKeyGrant + made.json()["apikey"]["apikey"].get<std::string>();
  CHECK(at.login(form).status == 200);
  CHECK(at.iam.erase("/v1/serviceids/" + made.json()["id"].get<std::string>()).status == 204);
  CHECK(at.login(form).status == 400);
}

#include "tests/localcloud/iam/account.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

constexpr char kKeyGrant[] = "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=";
constexpr char kComputeGrant[] = "grant_type=urn:ibm:params:oauth:grant-type:cr-token&cr_token=";
constexpr char kAssumeGrant[] = "grant_type=urn:ibm:params:oauth:grant-type:assume&access_token=";

std::string compute_token(const Account& at, const std::string& project, const std::string& type,
                          const std::string& name) {
  const Answer answer = at.control.post(
      "/iam/compute-tokens",
      {{"project_crn", project}, {"component_type", type}, {"component_name", name}});
  REQUIRE(answer.status == 200);
  return answer.json()["token"];
}

Json link(const std::string& project, const std::string& name) {
  return {
      {"cr_type", "CE"},
      {"name", name},
      {"link", {{"crn", project}, {"component_type", "application"}, {"component_name", name}}}};
}

}  // namespace

TEST_CASE("the key set names the key that signs tokens") {
  const Account at;
  const Answer answer = Client(at.cloud.url()).get("/iam/identity/keys");
  REQUIRE(answer.status == 200);
  const Json key = answer.json()["keys"][0];
  CHECK(key["kty"] == "RSA");
  CHECK(key["alg"] == "RS256");
  CHECK(key["e"] == "AQAB");
  CHECK(key["n"].get<std::string>().size() == 342);
}

TEST_CASE("only a client that names itself gets a refresh token, and it buys the next token") {
  const Account at;
  const Json plain = at.login(kKeyGrant + at.seed.api_key).json();
  CHECK(plain["refresh_token"] == "not_supported");
  const Json named = Client(at.cloud.url())
                         .with("Authorization", "Basic Yng6Yng=")
                         .send("POST", "/iam/identity/token", {}, kKeyGrant + at.seed.api_key)
                         .json();
  const std::string renewal = named["refresh_token"];
  REQUIRE(renewal != "not_supported");
  const Answer next =
      at.login("grant_type=refresh_token&response_type=cloud_iam&refresh_token=" + renewal);
  REQUIRE(next.status == 200);
  const std::string token = next.json()["access_token"];
  CHECK(Client(at.region_a.base_url()).bearer(token).get("/projects").status == 200);
  at.advance(31 * 24 * 3600);
  CHECK(at.login("grant_type=refresh_token&refresh_token=" + renewal).json()["errorCode"] ==
        "BXNIM0407E");
}

TEST_CASE("a workload logs in with the profile that its link trusts, and with no other") {
  const Account at;
  const std::string project = at.seed.project_b_crn();
  const Answer made = at.iam.post(
      "/v1/profiles", {{"name", "loop"}, {"account_id", at.seed.account}, {"description", "d"}});
  REQUIRE(made.status == 201);
  const std::string id = made.json()["id"];
  const std::string form = kComputeGrant + compute_token(at, project, "application", "certloop");
  CHECK(at.login(form + "&profile_id=" + id).json()["errorCode"] == "BXNIM0000E");
  REQUIRE(at.iam.post("/v1/profiles/" + id + "/links", link(project, "certloop")).status == 201);
  CHECK(at.login(form + "&profile_id=" + id).status == 200);
  CHECK(at.login(form + "&profile_name=loop").status == 200);
  CHECK(at.login(form + "&profile_crn=" + made.json()["crn"].get<std::string>()).status == 200);
  CHECK(at.login(form + "&profile_name=certloop").status == 400);
  for (const auto& [where, type, name] :
       {std::tuple{at.seed.project_a_crn(), "application", "certloop"},
        std::tuple{project, "job", "certloop"}, std::tuple{project, "application", "other"}}) {
    CAPTURE(where, type, name);
    const std::string other = kComputeGrant + compute_token(at, where, type, name);
    CHECK(at.login(other + "&profile_id=" + id).status == 400);
  }
}

TEST_CASE("a rule trusts workloads by their claims") {
  const Account at;
  const std::string id =
      at.iam.post("/v1/profiles", {{"name", "loop"}, {"account_id", at.seed.account}}).json()["id"];
  const std::string form = kComputeGrant +
                           compute_token(at, at.seed.project_b_crn(), "job", "nightly") +
                           "&profile_id=" + id;
  const auto rule = [](const std::string& comparison, const std::string& value) {
    return Json{{"type", "Profile-CR"},
                {"cr_type", "CE"},
                {"conditions",
                 Json::array({{{"claim", "name"}, {"operator", comparison}, {"value", value}}})}};
  };
  struct Case {
    std::string comparison;
    std::string value;
    int status;
  };
  const Case cases[] = {
      {"EQUALS", "\"nightly\"", 200},         {"EQUALS", "\"daily\"", 400},
      {"NOT_EQUALS", "\"daily\"", 200},       {"IN", "[\"a\",\"nightly\"]", 200},
      {"NOT_IN", "[\"a\",\"nightly\"]", 400}, {"CONTAINS", "\"night\"", 200},
      {"CONTAINS", "\"day\"", 400},           {"SOUNDS_LIKE", "\"nightly\"", 400}};
  for (const Case& c : cases) {
    CAPTURE(c.comparison, c.value);
    const Answer made = at.iam.post("/v1/profiles/" + id + "/rules", rule(c.comparison, c.value));
    REQUIRE(made.status == 201);
    CHECK(at.login(form).status == c.status);
    at.iam.erase("/v1/profiles/" + id + "/rules/" + made.json()["id"].get<std::string>());
  }
  CHECK(at.iam.post("/v1/profiles/" + id + "/rules", rule("EQUALS", "nightly")).status == 400);
}

TEST_CASE("an identity assumes a profile that names it") {
  const Account at;
  const std::string profile = "/v1/profiles/" + at.seed.trusted_profile_id;
  const std::string form = kAssumeGrant + at.token;
  const std::string by_id = form + "&profile_id=" + at.seed.trusted_profile_id;
  CHECK(at.login(by_id).status == 400);
  const std::string iam_id = Client(at.names.at("CERTLOOP_IAM_URL"))
                                 .with("IAM-ApiKey", at.seed.api_key)
                                 .get("/v1/apikeys/details")
                                 .json()["iam_id"];
  REQUIRE(at.iam.post(profile + "/identities/serviceid", {{"identifier", iam_id}}).status == 201);
  CHECK(at.login(by_id).status == 200);
  CHECK(at.login(form + "&profile_name=certloop&account=" + at.seed.account).status == 200);
  CHECK(at.login(form + "&profile_name=certloop").json()["errorCode"] == "BXNIM0106E");
  CHECK(at.login(std::string(kAssumeGrant) + "x&profile_id=" + at.seed.trusted_profile_id).status ==
        400);
}

TEST_CASE("switch iam_cr_token_failure_status: the answer to what is not trusted") {
  const Account at;
  const std::string form = std::string(kComputeGrant) + "x&profile_name=certloop";
  CHECK(at.login(form).status == 400);
  at.set("iam_cr_token_failure_status", 403);
  CHECK(at.login(form).status == 403);
}

TEST_CASE("switch iam_token_rate_limit: tokens a minute for one key") {
  const Account at;
  const std::string form = kKeyGrant + at.seed.api_key;
  for (int i = 0; i < 5; ++i) CHECK(at.login(form).status == 200);
  at.set("iam_token_rate_limit", 2);
  CHECK(at.login(form).status == 200);
  CHECK(at.login(form).status == 200);
  const Answer refused = at.login(form);
  CHECK(refused.status == 429);
  CHECK(refused.header("Retry-After").empty());
  at.set("iam_rate_limit_retry_after", 7);
  CHECK(at.login(form).header("Retry-After") == "7");
  at.advance(61);
  CHECK(at.login(form).status == 200);
}

TEST_CASE("switch iam_trust_lag_ms: a new link takes its time") {
  const Account at;
  at.set("iam_trust_lag_ms", 60'000);
  const std::string form = kComputeGrant +
                           compute_token(at, at.seed.project_b_crn(), "application", "late") +
                           "&profile_name=certloop";
  REQUIRE(at.iam
              .post("/v1/profiles/" + at.seed.trusted_profile_id + "/links",
                    link(at.seed.project_b_crn(), "late"))
              .status == 201);
  CHECK(at.login(form).status == 400);
  at.advance(61);
  CHECK(at.login(form).status == 200);
}

TEST_CASE("a fresh cloud's own link and authorization are old: no switch holds them back") {
  const Account at;
  for (const char* lag : {"iam_trust_lag_ms", "iam_policy_lag_ms"}) at.set(lag, 3'600'000);
  at.set("iam_event_source_manager_id", "EventSourceManager");
  CHECK(at.login(kComputeGrant + at.seed.compute_token + "&profile_name=certloop").status == 200);
  const Client manager = Client(at.names.at("LOCALCLOUD_SM_URL")).bearer(at.token);
  CHECK(manager
            .post("/api/v2/notifications/registration",
                  {{"event_notifications_instance_crn", at.seed.en_crn()},
                   {"event_notifications_source_name", "certificates"}})
            .status == 201);
}

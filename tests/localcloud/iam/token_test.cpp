#include <openssl/evp.h>

#include "hack/localcloud/frame/rs256_key.h"
#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

constexpr char kKeyGrant[] = "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=";
constexpr char kComputeGrant[] = "grant_type=urn:ibm:params:oauth:grant-type:cr-token";
constexpr char kApiKey[] = "localcloud-api-key-0123456789abcdefghijklmno";
constexpr char kComputeToken[] = "localcloud-compute-resource-token-0123456789";
constexpr char kProfile[] = "Profile-5d0f3c1e-7a34-4a56-9a77-3f2b8d0c1a11";

Answer ask(const localcloud::Cloud& cloud, const std::string& form) {
  return Client(cloud.url())
      .send("POST", "/iam/identity/token", {{"Content-Type", "application/x-www-form-urlencoded"}},
            form);
}

std::string from_base64url(std::string text) {
  for (char& c : text) {
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string bytes(text.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  bytes.resize(bytes.size() - padding);
  return bytes;
}

Json part(const std::string& token, int index) {
  std::size_t start = 0;
  for (; index > 0; --index) start = token.find('.', start) + 1;
  return Json::parse(from_base64url(token.substr(start, token.find('.', start) - start)));
}

}  // namespace

TEST_CASE("base64url is unpadded and of the safe alphabet") {
  CHECK(localcloud::base64url("") == "");
  CHECK(localcloud::base64url("f") == "Zg");
  CHECK(localcloud::base64url("fo") == "Zm8");
  CHECK(localcloud::base64url("foobar") == "Zm9vYmFy");
  CHECK(localcloud::base64url("\xfb\xff\xfe") == "-__-");
}

TEST_CASE("an API key buys a token that all SDKs can read") {
  const localcloud::Cloud cloud;
  const Answer answer = ask(cloud, std::string(kKeyGrant) + kApiKey + "&response_type=cloud_iam");
  REQUIRE(answer.status == 200);
  const Json body = answer.json();
  CHECK(body["refresh_token"] == "not_supported");
  CHECK(body["token_type"] == "Bearer");
  CHECK(body["expires_in"] == 3600);
  CHECK(body["scope"] == "ibm openid");
  const std::string token = body["access_token"];
  const Json header = part(token, 0);
  const Json claims = part(token, 1);
  CHECK(header["alg"] == "RS256");
  CHECK(header.contains("kid"));
  CHECK(claims["exp"].get<int>() - claims["iat"].get<int>() == 3600);
  CHECK(claims["exp"] == body["expiration"]);
  CHECK(claims["account"]["bss"] == "0123456789abcdef0123456789abcdef");
  CHECK(claims["iss"] == "https://iam.cloud.ibm.com/identity");
  CHECK(claims["realmid"] == "iam");
  CHECK(claims["sub_type"] == "ServiceId");
  CHECK(from_base64url(token.substr(token.rfind('.') + 1)).size() == 256);
}

TEST_CASE("a compute resource token buys a token for a profile that trusts it") {
  const localcloud::Cloud cloud;
  const std::string known = std::string(kComputeGrant) + "&cr_token=" + kComputeToken;
  struct Case {
    std::string form;
    int status;
    std::string code;
  };
  const Case cases[] = {
      {known + "&profile_id=" + kProfile, 200, ""},
      {known + "&profile_name=certloop", 200, ""},
      {known + "&profile_name=certloop&profile_id=" + kProfile, 200, ""},
      {known + "&profile_name=certloop&profile_id=Profile-other", 400, "BXNIM0000E"},
      {known + "&profile_name=other", 400, "BXNIM0000E"},
      {std::string(kComputeGrant) + "&cr_token=other&profile_name=certloop", 400, "BXNIM0000E"},
      {known, 400, "BXNIM0106E"},
      {std::string(kComputeGrant) + "&profile_name=certloop", 400, "BXNIM0106E"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.form);
    const Answer answer = ask(cloud, c.form);
    CHECK(answer.status == c.status);
    CHECK(answer.json().value("errorCode", "") == c.code);
    if (c.status == 200) {
      CHECK(part(answer.json()["access_token"], 1)["iam_id"] == "iam-" + std::string(kProfile));
    }
  }
}

TEST_CASE("refusals have the token service's own shape") {
  const localcloud::Cloud cloud;
  struct Case {
    std::string form;
    std::string code;
  };
  const Case cases[] = {
      {std::string(kKeyGrant) + "wrong", "BXNIM0415E"},
      {kKeyGrant, "BXNIM0106E"},
      {"", "BXNIM0106E"},
      {"grant_type=password", "BXNIM0106E"},
      {"grant_type=%zz", "BXNIM0106E"},
      {R"({"grant_type":"x"})", "BXNIM0106E"},
      {"grant_type=refresh_token&refresh_token=not_supported", "BXNIM0407E"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.form);
    const Answer answer = ask(cloud, c.form);
    CHECK(answer.status == 400);
    CHECK(answer.json()["errorCode"] == c.code);
    CHECK(answer.json()["errorMessage"].is_string());
    CHECK(answer.json()["context"]["requestId"] == answer.header("X-Correlation-Id"));
  }
  CHECK(ask(cloud, std::string(kKeyGrant) + "wrong").json()["errorMessage"] ==
        "Provided API key could not be found.");
}

TEST_CASE("basic authorization and a trailing slash do not disturb the token call") {
  const localcloud::Cloud cloud;
  const auto answer =
      Client(cloud.url())
          .with("Authorization", "Basic Yng6Yng=")
          .send("POST", "/iam/identity/token/", {}, std::string(kKeyGrant) + kApiKey);
  CHECK(answer.status == 200);
}

TEST_CASE("a fault on the token service keeps its shape") {
  const SignedIn at;
  at.fault({{"service", "iam"}, {"status", 429}, {"retry_after", 3}});
  const Answer answer = ask(at.cloud, std::string(kKeyGrant) + kApiKey);
  CHECK(answer.status == 429);
  CHECK(answer.header("Retry-After") == "3");
  CHECK(answer.json()["errorCode"].is_string());
}

TEST_CASE("a token is taken with and without the word Bearer, and nothing else is") {
  const SignedIn at;
  struct Case {
    std::string value;
    int status;
  };
  const Case cases[] = {
      {"Bearer " + at.token, 200},           {at.token, 200},  {"bearer " + at.token, 200},
      {"Bearer " + at.token + "x", 401},     {"Bearer ", 401}, {"Basic " + at.token, 401},
      {"Bearer " + at.token.substr(1), 401},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status);
    const auto answer =
        Client(at.region_a.base_url()).with("Authorization", c.value).get("/projects");
    CHECK(answer.status == c.status);
  }
  const auto answer = Client(at.region_a.base_url()).get("/projects");
  CHECK(answer.status == 401);
  CHECK(answer.json()["errors"][0]["code"] == "unauthorized");
}

TEST_CASE("a token ends with its life, by the cloud's clock") {
  const SignedIn at;
  at.set("token_life_seconds", 60);
  const Json body = ask(at.cloud, std::string(kKeyGrant) + kApiKey).json();
  CHECK(body["expires_in"] == 60);
  const Client client = Client(at.region_a.base_url()).bearer(body["access_token"]);
  CHECK(client.get("/projects").status == 200);
  at.advance(61);
  CHECK(client.get("/projects").status == 401);
  CHECK(at.region_a.get("/projects").status == 200);
  at.advance(3600);
  CHECK(at.region_a.get("/projects").status == 401);
}

TEST_CASE("revoked tokens are refused, new ones are good") {
  const SignedIn at;
  CHECK(at.control.post("/iam/revoke-tokens").status == 204);
  CHECK(at.region_a.get("/projects").status == 401);
  const std::string fresh = ask(at.cloud, std::string(kKeyGrant) + kApiKey).json()["access_token"];
  CHECK(fresh != at.token);
  CHECK(Client(at.region_a.base_url()).bearer(fresh).get("/projects").status == 200);
}

#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/localcloud/frame/tls_caller.h"

namespace {

using Json = nlohmann::json;

}  // namespace

TEST_CASE("with TLS every address is https, and its certificate is of the cloud's own CA") {
  const localcloud::Cloud cloud({.tls = true});
  for (const auto& [name, value] : cloud.environment()) {
    CAPTURE(name, value);
    CHECK(value.rfind("http://", 0) == std::string::npos);
  }
  CHECK(cloud.url() == "https://127.0.0.1:" + std::to_string(cloud.port()));
  TlsCaller caller(cloud, cloud.ca_certificate());
  CHECK(caller.call("GET", "/_local/clock").status == 200);
  CHECK(caller.call("GET", "/_local/clock", {}, "localhost").status == 200);
  CHECK_FALSE(caller.call("GET", "/_local/clock", {}, "elsewhere.example").refusal.empty());
}

TEST_CASE("without TLS there is no CA") {
  CHECK(localcloud::Cloud().ca_certificate().empty());
}

TEST_CASE("each cloud has a CA of its own") {
  const localcloud::Cloud cloud({.tls = true});
  const localcloud::Cloud other({.tls = true});
  CHECK_FALSE(
      TlsCaller(cloud, other.ca_certificate()).call("GET", "/_local/clock").refusal.empty());
}

TEST_CASE("switch tls_certificate: certificates that no client should take") {
  const localcloud::Cloud cloud({.tls = true});
  TlsCaller trusting(cloud, {});
  for (const char* kind : {"wrong_host", "expired", "untrusted", "good"}) {
    CAPTURE(kind);
    REQUIRE(
        trusting.call("POST", "/_local/switches", Json{{"tls_certificate", kind}}.dump()).status ==
        200);
    const TlsAnswer answer = TlsCaller(cloud, cloud.ca_certificate()).call("GET", "/_local/clock");
    CHECK(answer.refusal.empty() == (std::string(kind) == "good"));
  }
}

TEST_CASE("links in answers are https, and notifications are delivered by https") {
  const localcloud::Cloud cloud({.tls = true});
  const auto names = cloud.environment();
  TlsCaller caller(cloud, cloud.ca_certificate());
  const std::string token =
      Json::parse(caller
                      .call("POST", "/iam/identity/token",
                            "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=" +
                                names.at("CERTLOOP_API_KEY"))
                      .body)["access_token"];
  const std::string en =
      "/en/event-notifications/v1/instances/" + names.at("LOCALCLOUD_EN_INSTANCE");
  const Json list = Json::parse(caller.call("GET", en + "/sources", {}, "127.0.0.1", token).body);
  CHECK(list["first"]["href"].get<std::string>().rfind("https://127.0.0.1", 0) == 0);

  // The destination is the cloud itself: a call of a control that always succeeds.
  const std::string form =
      "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nself\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nwebhook\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"config\"\r\n\r\n" +
      Json{{"params", {{"url", cloud.url() + "/_local/flush"}, {"verb", "post"}}}}.dump() +
      "\r\n--x--\r\n";
  const Json made = Json::parse(caller
                                    .call("POST", en + "/destinations", form, "127.0.0.1", token,
                                          "multipart/form-data; boundary=x")
                                    .body);
  const std::string test = en + "/destinations/" + made.at("id").get<std::string>() + "/test";
  CHECK(caller.call("POST", test, {}, "127.0.0.1", token).status == 201);
  Json told;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  do {
    told = Json::parse(caller.call("GET", "/_local/deliveries").body);
  } while (told["delivered"] == 0 && told["lost"] == 0 && std::chrono::steady_clock::now() < end);
  CHECK(told["delivered"] == 1);
}

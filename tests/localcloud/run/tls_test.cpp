#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "hack/localcloud/cloud.h"
#include "tests/localcloud/frame/tls_caller.h"
#include "tests/support/catch.h"

namespace {

using Json = nlohmann::json;

// A cloud with TLS and, in its first project, the app "shop".
struct Secured {
  Secured() {
    const std::string token =
        Json::parse(call("POST", "/iam/identity/token",
                         "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=" +
                             names.at("CERTLOOP_API_KEY"))
                        .body)["access_token"];
    const std::string apps = names.at("LOCALCLOUD_CE_URL_A").substr(cloud.url().size()) +
                             "/projects/" + names.at("LOCALCLOUD_PROJECT_A") + "/apps";
    const Json body = {{"name", "shop"}, {"image_reference", "web"}};
    const TlsAnswer made = TlsCaller(cloud, cloud.ca_certificate())
                               .call("POST", apps, body.dump(), "127.0.0.1", token);
    REQUIRE(made.status == 201);
    endpoint = Json::parse(made.body).at("endpoint");
  }
  TlsAnswer call(const std::string& method, const std::string& target, const std::string& body = {},
                 const std::string& token = {}) const {
    return TlsCaller(cloud, cloud.ca_certificate()).call(method, target, body, "127.0.0.1", token);
  }
  // What the app answers at its endpoint.
  TlsAnswer visit(const std::string& target) const {
    return call("GET", endpoint.substr(cloud.url().size()) + target);
  }

  localcloud::Cloud cloud{{.tls = true, .images = {{"web", LOCALCLOUD_WORKLOAD}}}};
  std::map<std::string, std::string> names = cloud.environment();
  std::string endpoint{};
};

}  // namespace

TEST_CASE("with TLS an instance finds the cloud's CA wherever its clients look for it") {
  const Secured at;
  const std::string root = at.visit("/env/LOCALCLOUD_ROOT").body;
  for (const std::string name :
       {"CERTLOOP_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}) {
    CAPTURE(name);
    const std::string file = at.visit("/env/" + name).body;
    REQUIRE(file.starts_with(root + '/'));
    CHECK(at.visit("/file" + file.substr(root.size())).body == at.cloud.ca_certificate());
  }
}

TEST_CASE("with TLS an app is called by https, and told so") {
  const Secured at;
  CHECK(at.endpoint.starts_with("https://127.0.0.1:"));
  const TlsAnswer answer = at.visit("/request");
  CHECK(answer.status == 200);
  CHECK(answer.body.starts_with("GET /request HTTP/1.1\r\n"));
  CHECK(answer.body.find("\r\nx-forwarded-proto: https\r\n") != std::string::npos);
  CHECK(answer.body.find(";proto=https\r\n") != std::string::npos);
}

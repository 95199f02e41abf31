#include <algorithm>

#include "tests/localcloud/sm/authorities.h"

namespace sm_tests {
namespace {

constexpr char kRevoke[] = "private_cert_action_revoke_certificate";
constexpr char kRootUrl[] = "/crl/private_cert_configuration_root_ca/root";
constexpr char kMiddleUrl[] = "/crl/private_cert_configuration_intermediate_ca/middle";

// Root, intermediate and template, both authorities naming their lists in what they sign.
struct Listed {
  explicit Listed(const Json& rules = Json::object()) {
    configured(house, root({{"crl_distribution_points_encoded", true}}));
    Json middle = intermediate({{"crl_distribution_points_encoded", true}});
    middle.update(rules);
    configured(house, middle);
    configured(house, with_template());
  }

  Answer fetch(const std::string& path) const {  // without a token
    return cloud_client::Client(house.base_url()).get(path);
  }
  std::string certificate_of(const std::string& authority) const {
    return house.get("/configurations/" + authority).at("data").at("certificate");
  }
  RevocationList list(const std::string& path, const std::string& authority) const {
    const Answer answer = fetch(path);
    REQUIRE(answer.status == 200);
    CHECK(answer.header("content-type") == "application/pkix-crl");
    return read_list(answer.body, certificate_of(authority));
  }
  void revoke(const Json& secret) const {
    const Answer done =
        house.client().post(House::path(secret, "/actions"), {{"action_type", kRevoke}});
    REQUIRE(done.status == 201);
  }

  House house{};
};

// "0a:1b" as the list has it.
std::string listed_serial(const Json& about) {
  std::string serial = about.at("serial_number");
  std::erase(serial, ':');
  for (char& c : serial) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return serial;
}

TEST_CASE("a certificate names its authority's revocation list, if that is wished", "[sm]") {
  Listed pki;
  const Json secret = ask(pki.house).json();
  CHECK(crl_url_of(secret.at("certificate")) == pki.house.base_url() + kMiddleUrl);
  CHECK(crl_url_of(pki.certificate_of("middle")) == pki.house.base_url() + kRootUrl);
  CHECK(crl_url_of(pki.certificate_of("root")).empty());

  Pki silent;
  CHECK(crl_url_of(ask(silent.house).json().at("certificate")).empty());
}

TEST_CASE("a revoked certificate is in the list that its issuer signs, and stays there", "[sm]") {
  Listed pki;
  const Json kept = ask(pki.house).json();
  const Json secret = ask(pki.house, {{"name", "other"}}).json();
  CHECK(pki.list(kMiddleUrl, "middle").serials.empty());

  pki.revoke(secret);
  pki.revoke(secret);
  const auto list = pki.list(kMiddleUrl, "middle");
  CHECK(list.is_signed);
  CHECK(list.life_seconds == 72 * 3600);
  CHECK(list.serials == std::vector<std::string>{listed_serial(secret)});
  CHECK(pki.list(kRootUrl, "root").serials.empty());

  REQUIRE(pki.house.client().erase(House::path(secret)).status == 204);
  CHECK(pki.list(kMiddleUrl, "middle").serials == list.serials);
}

TEST_CASE("a revoked intermediate authority is in its issuer's list", "[sm]") {
  Listed pki;
  const Json middle = pki.house.get("/configurations/middle");
  REQUIRE(act(pki.house, "middle", "revoke_ca_certificate").status == 201);
  const auto list = pki.list(kRootUrl, "root");
  CHECK(list.is_signed);
  CHECK(list.serials == std::vector<std::string>{listed_serial(middle)});
}

TEST_CASE("a list lives as long as its authority says, and is empty when none is built", "[sm]") {
  Listed pki(Json{{"crl_expiry", "5h"}});
  pki.revoke(ask(pki.house).json());
  CHECK(pki.list(kMiddleUrl, "middle").life_seconds == 5 * 3600);
  CHECK(pki.list(kMiddleUrl, "middle").serials.size() == 1);
  REQUIRE(pki.house.client()
              .patch("/configurations/middle", {{"crl_disable", true}},
                     {{"Content-Type", "application/merge-patch+json"}})
              .status == 200);
  const auto list = pki.list(kMiddleUrl, "middle");
  CHECK(list.is_signed);
  CHECK(list.serials.empty());
}

TEST_CASE("an authority with a new key begins a new list", "[sm]") {
  Listed pki;
  pki.revoke(ask(pki.house).json());
  REQUIRE(act(pki.house, "middle", "rotate_intermediate").status == 201);
  const auto list = pki.list(kMiddleUrl, "middle");
  CHECK(list.is_signed);
  CHECK(list.serials.empty());
}

TEST_CASE("there is no list of an authority that is not there, or cannot sign yet", "[sm]") {
  Listed pki;
  configured(pki.house, intermediate({{"name", "waiting"}, {"issuer", nullptr}}));
  for (const char* path :
       {"/crl/private_cert_configuration_intermediate_ca/none",
        "/crl/private_cert_configuration_intermediate_ca/waiting",
        "/crl/private_cert_configuration_template/shop-template", "/crl/nonsense/middle"}) {
    INFO(path);
    CHECK(pki.fetch(path).status == 404);
  }
  CHECK(pki.fetch("/api/v2/configurations").status == 401);
}

}  // namespace
}  // namespace sm_tests

#pragma once
#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

// Authorities and a template that sign private certificates, as an administrator configures them.
namespace sm_tests {

inline Json root(const Json& more = Json::object()) {
  Json body{{"config_type", "private_cert_configuration_root_ca"},
            {"name", "root"},
            {"max_ttl", "43830h"},
            {"common_name", "Shop Root"},
            {"key_type", "ec"}};
  body.update(more);
  return body;
}

inline Json intermediate(const Json& more = Json::object()) {
  Json body{{"config_type", "private_cert_configuration_intermediate_ca"},
            {"name", "middle"},
            {"signing_method", "internal"},
            {"issuer", "root"},
            {"max_ttl", "26300h"},
            {"common_name", "Shop Intermediate"},
            {"key_type", "ec"}};
  body.update(more);
  return body;
}

inline Json with_template(const Json& more = Json::object()) {
  Json body{{"config_type", "private_cert_configuration_template"},
            {"name", "shop-template"},
            {"certificate_authority", "middle"},
            {"max_ttl", "720h"},
            {"ttl", "24h"},
            {"key_type", "ec"},
            {"allowed_domains", {"shop.example"}},
            {"allow_subdomains", true}};
  body.update(more);
  return body;
}

inline Json configured(const House& house, const Json& body) {
  const Answer answer = house.client().post("/configurations", body);
  INFO(answer.body);
  REQUIRE(answer.status == 201);
  return answer.json();
}

inline Answer act(const House& house, const std::string& name, const std::string& action,
                  const Json& more = Json::object()) {
  Json body{{"action_type", "private_cert_configuration_action_" + action}};
  body.update(more);
  return house.client().post("/configurations/" + name + "/actions", body);
}

inline Answer ask(const House& house, const Json& more = Json::object()) {
  Json body{{"secret_type", "private_cert"},
            {"name", "till"},
            {"certificate_template", "shop-template"},
            {"common_name", "till.shop.example"}};
  body.update(more);
  return house.client().post("/secrets", body);
}

// A house with root, intermediate and template.
struct Pki {
  explicit Pki(const Json& rules = Json::object()) {
    configured(house, root());
    configured(house, intermediate());
    configured(house, with_template(rules));
  }
  House house{};
};

}  // namespace sm_tests

#pragma once
#include <string>
#include <vector>

#include "tests/support/cloud_client.h"

namespace cloud_client {

// The body of an authorization policy (version 2) between two services of an account. A role is the
// end of its CRN: "role:Viewer", "serviceRole:Writer".
inline Json authorization(const std::string& account, const std::string& source,
                          const std::string& target, const std::vector<std::string>& roles) {
  const auto side = [&account](const std::string& service) {
    const auto equals = [](const char* key, const std::string& value) {
      return Json{{"key", key}, {"operator", "stringEquals"}, {"value", value}};
    };
    return Json{{"attributes",
                 Json::array({equals("accountId", account), equals("serviceName", service)})}};
  };
  Json granted = Json::array();
  for (const std::string& role : roles) {
    granted.push_back({{"role_id", "crn:v1:bluemix:public:iam::::" + role}});
  }
  return {{"type", "authorization"},
          {"control", {{"grant", {{"roles", granted}}}}},
          {"subject", side(source)},
          {"resource", side(target)}};
}

}  // namespace cloud_client

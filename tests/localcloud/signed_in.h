#pragma once
#include <string>

#include "hack/localcloud/cloud.h"
#include "hack/localcloud/frame/world.h"
#include "tests/support/cloud_client.h"

// A fresh cloud and callers that hold a token of it.
struct SignedIn {
  explicit SignedIn(const localcloud::CloudOptions& options = {}) : cloud(options) {}

  localcloud::Cloud cloud;
  std::map<std::string, std::string> names = cloud.environment();
  cloud_client::Client control{cloud.url() + "/_local"};
  std::string token =
      cloud_client::access_token(names.at("CERTLOOP_IAM_URL"), names.at("CERTLOOP_API_KEY"));
  cloud_client::Client region_a =
      cloud_client::Client(names.at("LOCALCLOUD_CE_URL_A")).bearer(token);
  cloud_client::Client region_b =
      cloud_client::Client(names.at("LOCALCLOUD_CE_URL_B")).bearer(token);
  cloud_client::Client project =
      cloud_client::Client(region_a.base_url() + "/projects/" + names.at("LOCALCLOUD_PROJECT_A"))
          .bearer(token);

  void set(const std::string& name, const cloud_client::Json& value) const {
    const auto answer = control.post("/switches", {{name, value}});
    if (answer.status != 200) throw std::runtime_error("no such switch: " + name);
  }
  void fault(const cloud_client::Json& order) const {
    const auto answer = control.post("/faults", order);
    if (answer.status != 201) throw std::runtime_error("no such fault: " + answer.body);
  }
  void advance(int seconds) const { control.post("/clock", {{"advance_seconds", seconds}}); }
};

#pragma once
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "hack/localcloud/cloud.h"

namespace test_support {

// The clouds on which the controller is tested: as `options` say, with the switches that the
// variable LOCALCLOUD_SWITCHES names, a JSON object. hack/switches.sh sets it. A test that means a
// position of a switch sets it itself.
inline localcloud::CloudOptions cloud_options(localcloud::CloudOptions options = {}) {
  const char* switches = std::getenv("LOCALCLOUD_SWITCHES");
  if (switches == nullptr) return options;
  const auto positions =
      nlohmann::json::parse(switches).get<std::map<std::string, nlohmann::json>>();
  for (const auto& [name, value] : positions) options.switches[name] = value.dump();
  return options;
}

}  // namespace test_support

#include "hack/localcloud/en/envelope.h"

#include "tests/support/catch.h"

using namespace localcloud;

TEST_CASE("an attribute too long for a header is left out of a binary delivery") {
  Switches switches;
  en::declare_envelope_switches(switches);
  switches.set("delivery_body", "binary");
  const Json event = {{"fits", std::string(8192, 'a')},
                      {"long", std::string(8193, 'a')},
                      {"encoded", std::string(3000, ' ')},
                      {std::string(200, 'n'), "long name"}};
  const auto request = en::delivery_request({}, event, switches);
  std::vector<std::string> names;
  for (const auto& [name, value] : request.headers) names.push_back(name);
  CHECK(names == std::vector<std::string>{"ce-fits", "Content-Type"});
}

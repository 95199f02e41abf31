#pragma once
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "controller/ibm/cloud_lists.h"
#include "controller/ibm/code_engine.h"
#include "controller/ibm/iam_tokens.h"
#include "controller/ibm/secrets_manager.h"
#include "controller/net/cpprest_transport.h"
#include "controller/net/transports.h"
#include "tests/support/cloud_client.h"
#include "tests/support/cloud_options.h"
#include "tests/support/fakes_clock.h"

namespace certloop::test {

// Arranging must not fail unnoticed.
inline cloud_client::Answer good(cloud_client::Answer answer) {
  if (answer.status >= 300) throw std::runtime_error("arranging failed: " + answer.body);
  return answer;
}

// A cloud of its own, the adapters over it as the product puts them together, and the clients of
// those who arrange things there.
struct Adapters {
  explicit Adapters(net::TransportOptions options = {});

  std::string name(const char* variable) const { return names.at(variable); }
  v1::Service manager() const { return {"main", {name("LOCALCLOUD_SM_URL"), {}}, ""}; }
  // A fresh token for each client: the cloud's clock may have been moved.
  cloud_client::Client secrets() const {
    return owner(name("LOCALCLOUD_SM_URL") + "/api/v2/secrets");
  }
  cloud_client::Client owner(const std::string& url) const;

  localcloud::Cloud cloud{test_support::cloud_options()};
  std::map<std::string, std::string> names = cloud.environment();
  cloud_client::Client control{cloud.url() + "/_local"};
  RealClock clock;
  std::unique_ptr<HttpTransport> transport;
  ibm::IamTokens tokens;
  net::BearerTransport bearer{*transport, tokens};
  ibm::SecretsManagerSource source{bearer};
  ibm::CodeEngineTarget target{bearer};
  ibm::IbmLists lists{bearer};
};

}  // namespace certloop::test

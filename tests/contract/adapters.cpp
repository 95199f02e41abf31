#include "tests/contract/adapters.h"

#include <utility>

namespace certloop::test {
namespace {

std::unique_ptr<HttpTransport> connect(const Clock& clock, net::TransportOptions options) {
  net::initialize_client_threads(2);
  return net::make_cpprest_transport(clock, std::move(options));
}

ibm::IamOptions iam_options(const Adapters& adapters) {
  ibm::IamOptions options;
  options.url = adapters.name("CERTLOOP_IAM_URL");
  options.api_key = SecretBytes(adapters.name("CERTLOOP_API_KEY"));
  return options;
}

}  // namespace

Adapters::Adapters(net::TransportOptions options)
    : transport(connect(clock, std::move(options))),
      tokens(
          *transport, clock, [](const std::string&) { return std::nullopt; }, iam_options(*this)) {}

cloud_client::Client Adapters::owner(const std::string& url) const {
  return cloud_client::Client(url).bearer(
      cloud_client::access_token(name("CERTLOOP_IAM_URL"), name("CERTLOOP_API_KEY")));
}

}  // namespace certloop::test

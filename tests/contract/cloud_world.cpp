#include <stdexcept>

#include "controller/ibm/code_engine.h"
#include "controller/ibm/iam_tokens.h"
#include "controller/ibm/secrets_manager.h"
#include "controller/net/cpprest_transport.h"
#include "controller/net/transports.h"
#include "hack/localcloud/cloud.h"
#include "tests/contract/world.h"
#include "tests/support/cloud_client.h"
#include "tests/support/fakes_clock.h"

namespace certloop::test {
namespace {

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

// Arranging must not fail unnoticed.
Answer good(Answer answer) {
  if (answer.status >= 300) throw std::runtime_error("arranging failed: " + answer.body);
  return answer;
}

Json certificate_of(const Material& material) {
  Json body{{"certificate", material.certificate}};
  if (!material.issuers.empty()) body["intermediate"] = material.issuers.front();
  if (!material.private_key.empty()) body["private_key"] = material.private_key;
  return body;
}

// The adapters as the product puts them together, over a cloud of their own.
class CloudWorld : public ContractWorld {
 public:
  SecretSource& source() override { return source_; }
  SecretTarget& target() override { return target_; }
  SteadyTime deadline() const override { return clock_.steady_now() + std::chrono::seconds(10); }

  Addresses import(const std::string& name, const Material& material) override {
    Json body = certificate_of(material);
    body["secret_type"] = "imported_cert";
    body["name"] = name;
    return addresses(good(secrets().post("", body)).json().at("id"), name);
  }
  void rotate(const Addresses& secret, const Material& material) override {
    good(secrets().post("/" + secret.by_id.id + "/versions", certificate_of(material)));
  }
  void remove(const Addresses& secret) override { good(secrets().erase("/" + secret.by_id.id)); }
  void destroy(const Addresses&) override {
    constexpr int kNineteenYears = 19 * 365 * 24 * 3600;
    for (int years = 0; years < 95; years += 19) {  // it expires
      good(control_.post("/clock", {{"advance_seconds", kNineteenYears}}));
    }
  }
  Addresses nobody() override {
    return addresses("00000000-0000-4000-8000-000000000000", "nobody");
  }

  v1::Target address(const std::string& secret, v1::Format format) override {
    v1::Target target;
    target.project =
        v1::Service{"shop", {name("LOCALCLOUD_CE_URL_A"), {}}, name("LOCALCLOUD_PROJECT_A")};
    target.secret = secret;
    target.format = format;
    return target;
  }
  v1::Target in_missing_project() override {
    v1::Target target = address("front", v1::Format::tls);
    v1::Service missing = *target.project;
    missing.id = "00000000-0000-4000-8000-000000000000";
    target.project = missing;
    return target;
  }
  void put(const v1::Target& target, const std::string& format, const Texts& data) override {
    if (stored(target)) remove(target);
    good(project().post("/secrets", {{"name", target.secret}, {"format", format}, {"data", data}}));
  }
  void remove(const v1::Target& target) override {
    good(project().erase("/secrets/" + target.secret));
  }
  std::optional<Texts> stored(const v1::Target& target) override {
    const Answer answer = project().get("/secrets/" + target.secret);
    if (answer.status == 404) return {};
    return good(answer).json().at("data").get<Texts>();
  }

  void refuse_next(Call call) override { order(call, {{"status", 503}}); }
  void lose_next_answer(Call call) override { order(call, {{"drop_answer", true}}); }
  void mend() override { good(control_.erase("/faults")); }

 private:
  std::string name(const char* variable) const { return names_.at(variable); }
  Client secrets() const {
    return Client(name("LOCALCLOUD_SM_URL") + "/api/v2/secrets").bearer(token());
  }
  Client project() const {
    return Client(name("LOCALCLOUD_CE_URL_A") + "/projects/" + name("LOCALCLOUD_PROJECT_A"))
        .bearer(token());
  }
  // A fresh one for each arrangement: the cloud's clock may have been moved.
  std::string token() const {
    return cloud_client::access_token(name("CERTLOOP_IAM_URL"), name("CERTLOOP_API_KEY"));
  }

  Addresses addresses(const std::string& id, const std::string& secret_name) const {
    Addresses secret;
    secret.by_id.manager = v1::Service{"main", {name("LOCALCLOUD_SM_URL"), {}}, ""};
    secret.by_name.manager = secret.by_id.manager;
    secret.by_id.id = id;
    secret.by_name.group = "default";
    secret.by_name.name = secret_name;
    return secret;
  }

  void order(Call call, Json fault) {
    switch (call) {
      case Call::read_source:
        fault.update({{"service", "sm"}, {"method", "GET"}});
        break;
      case Call::read_target:
        fault.update({{"service", "ce"}, {"method", "GET"}});
        break;
      case Call::create:
        fault.update({{"service", "ce"}, {"method", "POST"}});
        break;
      case Call::replace:
        fault.update({{"service", "ce"}, {"method", "PUT"}});
        break;
    }
    good(control_.post("/faults", fault));
  }

  ibm::IamOptions iam_options() const {
    ibm::IamOptions options;
    options.url = name("CERTLOOP_IAM_URL");
    options.api_key = SecretBytes(std::string_view(names_.at("CERTLOOP_API_KEY")));
    return options;
  }

  localcloud::Cloud cloud_;
  std::map<std::string, std::string> names_ = cloud_.environment();
  Client control_{cloud_.url() + "/_local"};
  RealClock clock_;
  std::unique_ptr<HttpTransport> transport_ = net::make_cpprest_transport(clock_, {});
  ibm::IamTokens tokens_{*transport_, clock_, [](const std::string&) { return std::nullopt; },
                         iam_options()};
  net::BearerTransport bearer_{*transport_, tokens_};
  ibm::SecretsManagerSource source_{bearer_};
  ibm::CodeEngineTarget target_{bearer_};
};

}  // namespace

std::unique_ptr<ContractWorld> make_cloud_world() {
  net::initialize_client_threads(2);
  return std::make_unique<CloudWorld>();
}

}  // namespace certloop::test

#include "tests/contract/adapters.h"
#include "tests/contract/world.h"

namespace certloop::test {
namespace {

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

Json certificate_of(const Material& material) {
  Json body{{"certificate", material.certificate}};
  if (!material.issuers.empty()) body["intermediate"] = material.issuers.front();
  if (!material.private_key.empty()) body["private_key"] = material.private_key;
  return body;
}

class CloudWorld : public ContractWorld {
 public:
  SecretSource& source() override { return adapters_.source; }
  SecretTarget& target() override { return adapters_.target; }
  SteadyTime deadline() const override {
    return adapters_.clock.steady_now() + std::chrono::seconds(10);
  }

  Addresses import(const std::string& name, const Material& material) override {
    Json body = certificate_of(material);
    body["secret_type"] = "imported_cert";
    body["name"] = name;
    return addresses(good(adapters_.secrets().post("", body)).json().at("id"), name);
  }
  void rotate(const Addresses& secret, const Material& material) override {
    good(adapters_.secrets().post("/" + secret.by_id.id + "/versions", certificate_of(material)));
  }
  void remove(const Addresses& secret) override {
    good(adapters_.secrets().erase("/" + secret.by_id.id));
  }
  void destroy(const Addresses&) override {
    constexpr int kNineteenYears = 19 * 365 * 24 * 3600;
    for (int years = 0; years < 95; years += 19) {  // it expires
      good(adapters_.control.post("/clock", {{"advance_seconds", kNineteenYears}}));
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
    settle();
  }
  void remove(const v1::Target& target) override {
    good(project().erase("/secrets/" + target.secret));
    settle();
  }
  std::optional<Texts> stored(const v1::Target& target) override {
    const Answer answer = project().get("/secrets/" + target.secret);
    if (answer.status == 404) return {};
    return good(answer).json().at("data").get<Texts>();
  }
  void settle() override { good(adapters_.control.post("/clock", {{"advance_seconds", 1}})); }

  void refuse_next(Call call) override { order(call, {{"status", 503}}); }
  void lose_next_answer(Call call) override { order(call, {{"drop_answer", true}}); }
  void mend() override { good(adapters_.control.erase("/faults")); }

 private:
  std::string name(const char* variable) const { return adapters_.name(variable); }
  Client project() const {
    return adapters_.owner(name("LOCALCLOUD_CE_URL_A") + "/projects/" +
                           name("LOCALCLOUD_PROJECT_A"));
  }

  Addresses addresses(const std::string& id, const std::string& secret_name) const {
    Addresses secret;
    secret.by_id.manager = adapters_.manager();
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
    good(adapters_.control.post("/faults", fault));
  }

  Adapters adapters_;
};

}  // namespace

std::unique_ptr<ContractWorld> make_cloud_world() {
  return std::make_unique<CloudWorld>();
}

}  // namespace certloop::test

#include "tests/contract/world.h"
#include "tests/support/fakes_binding.h"
#include "tests/support/fakes_clock.h"

namespace certloop::test {
namespace {

class FakeWorld : public ContractWorld {
 public:
  SecretSource& source() override { return cloud_; }
  SecretTarget& target() override { return cloud_; }
  SteadyTime deadline() const override { return clock_.steady_now() + std::chrono::seconds(10); }

  Addresses import(const std::string& name, const Material& material) override {
    const Addresses secret{source_by_id("id-of-" + name), source_by_name(name)};
    rotate(secret, material);
    return secret;
  }
  void rotate(const Addresses& secret, const Material& material) override {
    Material next = material;
    next.version = "";
    cloud_.put(secret.by_name, next);
    next.version = "version-" + std::to_string(++versions_);
    cloud_.put(secret.by_id, next);
  }
  void remove(const Addresses& secret) override {
    cloud_.remove(secret.by_id);
    cloud_.remove(secret.by_name);
  }
  void destroy(const Addresses& secret) override {
    cloud_.make_unreadable(secret.by_id, "the secret is destroyed");
    cloud_.make_unreadable(secret.by_name, "the secret is destroyed");
  }
  Addresses nobody() override { return {source_by_id("id-of-nobody"), source_by_name("nobody")}; }

  v1::Target address(const std::string& secret, v1::Format format) override {
    v1::Target target = tls_target(secret);
    target.format = format;
    return target;
  }
  v1::Target in_missing_project() override {
    const v1::Target target = tls_target("front", "nowhere");
    cloud_.remove_project(target);
    return target;
  }
  void put(const v1::Target& target, const std::string& format, const Texts& data) override {
    cloud_.put(target, format, data);
  }
  void remove(const v1::Target& target) override { cloud_.remove(target); }
  std::optional<Texts> stored(const v1::Target& target) override {
    const auto stored = cloud_.stored(target);
    if (!stored) return {};
    return stored->data;
  }

  void settle() override {}

  void refuse_next(Call call) override {
    cloud_.fail(call, cloud_.calls(call) + 1, ErrorCode::unavailable);
  }
  void lose_next_answer(Call call) override { cloud_.lose_answer(call, cloud_.calls(call) + 1); }
  void mend() override {}

 private:
  FakeClock clock_;
  FakeCloud cloud_;
  int versions_ = 0;
};

}  // namespace

std::unique_ptr<ContractWorld> make_fake_world() {
  return std::make_unique<FakeWorld>();
}

}  // namespace certloop::test

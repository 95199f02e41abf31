#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/engine.h"
#include "hack/localcloud/sm/refusal.h"

// Configurations that are an account somewhere else: kept, and asked for by name.
namespace localcloud::sm {
namespace {

constexpr Range kSecretLength{2, 512};

class LetsEncrypt : public Engine {
 public:
  void create(Configuration& it, const Fields& body) override {
    it.details["lets_encrypt_private_key"] = body.text("lets_encrypt_private_key", {50, 100'000});
    read(it, body);
  }
  std::vector<std::string> patchable() const override {
    return {"lets_encrypt_environment", "lets_encrypt_private_key", "lets_encrypt_preferred_chain"};
  }
  void patch(Configuration& it, const Fields& patch) override {
    if (const auto key = patch.maybe_text("lets_encrypt_private_key", {50, 100'000})) {
      it.details["lets_encrypt_private_key"] = *key;
    }
    read(it, patch);
  }

 private:
  static void read(Configuration& it, const Fields& body) {
    it.shown["lets_encrypt_environment"] =
        body.one_of("lets_encrypt_environment", {"production", "staging"},
                    it.shown.value("lets_encrypt_environment", ""));
    if (const auto chain = body.maybe_text("lets_encrypt_preferred_chain", {2, 30})) {
      it.shown["lets_encrypt_preferred_chain"] = *chain;
    }
  }
};

// Members that are all texts, some of them optional.
class Account : public Engine {
 public:
  Account(std::vector<std::string> needed, std::vector<std::string> optional)
      : needed_(std::move(needed)), optional_(std::move(optional)) {}

  void create(Configuration& it, const Fields& body) override {
    for (const auto& member : needed_) it.details[member] = body.text(member, kSecretLength);
    patch(it, body);
  }
  std::vector<std::string> patchable() const override {
    auto all = needed_;
    all.insert(all.end(), optional_.begin(), optional_.end());
    return all;
  }
  void patch(Configuration& it, const Fields& patch) override {
    for (const auto& member : patchable()) {
      if (const auto text = patch.maybe_text(member, kSecretLength)) it.details[member] = *text;
    }
  }

 private:
  std::vector<std::string> needed_;
  std::vector<std::string> optional_;
};

class IamEngine : public Engine {
 public:
  void create(Configuration& it, const Fields& body) override {
    it.details["api_key"] = body.text("api_key", kSecretLength);
    it.shown["disabled"] = body.flag("disabled", false);
  }
  std::vector<std::string> patchable() const override { return {"api_key", "disabled"}; }
  void patch(Configuration& it, const Fields& patch) override {
    if (const auto key = patch.maybe_text("api_key", kSecretLength)) it.details["api_key"] = *key;
    it.shown["disabled"] = patch.flag("disabled", it.shown.at("disabled"));
  }
};

// The real service reads the schema out of the job's environment; jobs of this cloud have one.
class CustomEngine : public Engine {
 public:
  void create(Configuration& it, const Fields& body) override {
    const Json given = body.object("code_engine", 4096);
    const Fields job(given);
    it.shown["code_engine"] = {{"job_name", job.text("job_name", {2, 128})},
                               {"project_id", job.text("project_id", {36, 36})},
                               {"region", job.text("region", {2, 32})}};
    if (const auto key = body.maybe_text("api_key_ref", {36, 36})) it.shown["api_key_ref"] = *key;
    it.shown["schema"] = {
        {"parameters", Json::array()},
        {"credentials",
         Json::array({{{"name", "username"}, {"format", "required:true, type:string"}},
                      {{"name", "password"}, {"format", "required:true, type:string"}}})}};
    patch(it, body);
  }
  std::vector<std::string> patchable() const override { return {"task_timeout"}; }
  void patch(Configuration& it, const Fields& patch) override {
    const std::chrono::seconds usual(
        std::stoll(it.shown.value("task_timeout", std::string("600"))));
    const auto limit = read_duration(patch, "task_timeout",
                                     {std::chrono::minutes(5), std::chrono::hours(24)}, usual);
    it.shown["task_timeout"] = std::to_string(limit.count());
  }
};

}  // namespace

Json Engine::act(Configuration&, const std::string&, const Fields&) {
  refuse(400, "Configurations of this type have no such action.");
}

std::unique_ptr<Engine> make_lets_encrypt() {
  return std::make_unique<LetsEncrypt>();
}
std::unique_ptr<Engine> make_internet_services() {
  return std::make_unique<Account>(std::vector<std::string>{"cloud_internet_services_crn"},
                                   std::vector<std::string>{"cloud_internet_services_apikey"});
}
std::unique_ptr<Engine> make_classic() {
  return std::make_unique<Account>(std::vector<std::string>{"classic_infrastructure_username",
                                                            "classic_infrastructure_password"},
                                   std::vector<std::string>{});
}
std::unique_ptr<Engine> make_iam_engine() {
  return std::make_unique<IamEngine>();
}
std::unique_ptr<Engine> make_custom_engine() {
  return std::make_unique<CustomEngine>();
}

}  // namespace localcloud::sm

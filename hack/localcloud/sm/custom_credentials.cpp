#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/rotation.h"

namespace localcloud::sm {
namespace {

constexpr auto kDay = std::chrono::hours(24);
constexpr DurationRange kLease{kDay, kDay * 90};
constexpr std::size_t kParameterBytes = 10 * 1024;

// Credentials that a job of the owner makes: see tasks.h for how they come.
class CustomCredentials : public Kind {
 public:
  CustomCredentials(World& world, Configurations& configurations)
      : world_(world), configurations_(configurations) {}

  Draft create(const Fields& body) override {
    const std::string configuration = body.text("configuration", {2, 128});
    if (!world_.switches.on("unknown_configurations_pass") &&
        configurations_.find(configuration, kCustomCredentials) == nullptr) {
      refuse(400, "There is no custom credentials configuration of this name.");
    }
    Draft draft;
    draft.own = {{"configuration", configuration}, {"rotation", read_interval_rotation(body)}};
    read_changeable(body, draft.own);
    draft.content = Awaited{.by_task = true};
    return draft;
  }

  Outcome rotate(const Secret&, const Fields&) override { return Awaited{.by_task = true}; }

  std::vector<std::string> patchable() const override { return {"ttl", "rotation", "parameters"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (patch.mentions("rotation")) secret.own["rotation"] = read_interval_rotation(patch);
    for (const char* member : {"ttl", "parameters"}) {
      if (patch.mentions(member) && !patch.has(member)) secret.own.erase(member);
    }
    Json merged{{"parameters", secret.own.value("parameters", Json::object())}};
    merged.merge_patch(patch.body());
    read_changeable(Fields(merged), secret.own);
  }

  std::vector<std::string> deletable() const override { return {"current", "previous"}; }

 private:
  static void read_changeable(const Fields& body, Json& own) {
    if (body.has("ttl")) {
      own["ttl"] = std::to_string(read_duration(body, "ttl", kLease, kDay).count());
    }
    const Json parameters = body.object("parameters", kParameterBytes);
    if (!parameters.empty()) own["parameters"] = parameters;
  }

  World& world_;
  Configurations& configurations_;
};

}  // namespace

std::unique_ptr<Kind> make_custom_credentials(World& world, Configurations& configurations) {
  return std::make_unique<CustomCredentials>(world, configurations);
}

}  // namespace localcloud::sm

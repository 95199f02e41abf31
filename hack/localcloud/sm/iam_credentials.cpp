#include <algorithm>

#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/made_up.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/rotation.h"

namespace localcloud::sm {
namespace {

constexpr DurationRange kLease{std::chrono::minutes(1), std::chrono::hours(24) * 90};

class IamCredentials : public Kind {
 public:
  IamCredentials(World& world, Configurations& configurations)
      : world_(world), configurations_(configurations) {}

  Draft create(const Fields& body) override {
    require_engine();
    if (!body.has("reuse_api_key")) refuse(400, "'reuse_api_key' is required.");
    Draft draft;
    draft.own = {{"ttl", read_ttl(body)},
                 {"reuse_api_key", body.flag("reuse_api_key", false)},
                 {"rotation", read_interval_rotation(body)}};
    read_identity(body, draft.own);
    if (const auto account = body.maybe_text("account_id", {1, 64})) {
      draft.own["account_id"] = *account;
    }
    draft.content = lease(draft.own);
    return draft;
  }

  Outcome rotate(const Secret& secret, const Fields& body) override {
    if (!body.has("restore_from_version")) return lease(secret.own);
    const std::string from = body.text("restore_from_version", {7, 36});
    const auto& versions = secret.versions;
    const auto at = std::find_if(versions.begin(), versions.end(), [&](const Version& one) {
      const bool current = &one == &versions.back();
      const bool previous = versions.size() > 1 && &one == &versions[versions.size() - 2];
      return one.id == from || (current && from == "current") || (previous && from == "previous");
    });
    if (at == versions.end() || !at->payload_available) {
      refuse(400, "There is no such version to restore from.");
    }
    Content restored = at->content;
    restored.expires = end_of_lease(secret.own);
    return restored;
  }

  std::vector<std::string> patchable() const override { return {"ttl", "rotation"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (patch.mentions("ttl")) secret.own["ttl"] = read_ttl(patch);
    if (patch.mentions("rotation")) secret.own["rotation"] = read_interval_rotation(patch);
  }

  // Without reuse, every read gets a key of its own.
  std::optional<Content> mint(const Secret& secret) override {
    const bool reuses = secret.own.at("reuse_api_key");
    const bool there = !secret.versions.empty() && secret.versions.back().payload_available;
    if (reuses && (there || !world_.switches.on("iam_credentials_outlive_lease"))) return {};
    return lease(secret.own);
  }
  bool ends_with_version(const Secret& secret) const override {
    const bool reuses = secret.own.at("reuse_api_key");
    return reuses && !world_.switches.on("iam_credentials_outlive_lease");
  }
  std::vector<std::string> deletable() const override { return {"current"}; }

 private:
  void require_engine() const {
    if (world_.switches.on("unknown_configurations_pass")) return;
    const auto& all = configurations_.all;
    const bool ready = std::any_of(all.begin(), all.end(), [](const auto& one) {
      return one.second.type == kIamCredentials && !one.second.shown.value("disabled", false);
    });
    if (!ready) refuse(400, "The IAM credentials engine is not configured, or disabled.");
  }

  static std::string read_ttl(const Fields& body) {
    if (!body.has("ttl")) refuse(400, "'ttl' is required.");
    return std::to_string(read_duration(body, "ttl", kLease, kLease.least).count());
  }

  static void read_identity(const Fields& body, Json& own) {
    const auto groups = body.texts("access_groups", 10, {1, 128});
    const auto service = body.maybe_text("service_id", {1, 64});
    if (groups.empty() == !service) {
      refuse(400, "Either 'access_groups' or 'service_id' is required.");
    }
    own["service_id_is_static"] = service.has_value();
    if (service) {
      own["service_id"] = *service;
    } else {
      own["access_groups"] = groups;
    }
  }

  Time end_of_lease(const Json& own) const {
    return world_.clock.now() + std::chrono::seconds(std::stoll(own.at("ttl").get<std::string>()));
  }

  Content lease(const Json& own) {
    const std::string service =
        own.value("service_id", std::string("ServiceId-") + world_.ids.uuid());
    Content content;
    content.payload["api_key"] = made_up_api_key(world_.ids);
    content.about_secret = {{"api_key_id", "ApiKey-" + world_.ids.uuid()}, {"service_id", service}};
    content.about_version = content.about_secret;
    content.expires = end_of_lease(own);
    content.handed_out = true;
    return content;
  }

  World& world_;
  Configurations& configurations_;
};

}  // namespace

std::unique_ptr<Kind> make_iam_credentials(World& world, Configurations& configurations) {
  return std::make_unique<IamCredentials>(world, configurations);
}

}  // namespace localcloud::sm

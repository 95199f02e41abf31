#include "hack/localcloud/sm/duration.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/made_up.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/rotation.h"

namespace localcloud::sm {
namespace {

constexpr auto kDay = std::chrono::hours(24);
constexpr DurationRange kLease{kDay, kDay * 90};
constexpr std::size_t kParameterBytes = 10 * 1024;

std::string read_crn(const Fields& body, const std::string& member) {
  const Json given = body.object(member, 2048);
  std::string crn = Fields(given).text("crn", {9, 512});
  if (crn.rfind("crn:v", 0) != 0) refuse(400, "'" + member + "' must hold a CRN.");
  return crn;
}

// "0": the credentials do not end.
std::string read_ttl(const Fields& body) {
  if (!body.has("ttl") || body.raw("ttl") == "0" || body.raw("ttl") == 0) return "0";
  return std::to_string(read_duration(body, "ttl", kLease, kDay).count());
}

class ServiceCredentials : public Kind {
 public:
  explicit ServiceCredentials(World& world) : world_(world) {}

  Draft create(const Fields& body) override {
    const Json given = body.object("source_service", 2 * kParameterBytes);
    const Fields source(given);
    Draft draft;
    draft.own = {{"ttl", read_ttl(body)}, {"rotation", read_interval_rotation(body)}};
    draft.request = {{"instance", {{"crn", read_crn(source, "instance")}}},
                     {"parameters", source.object("parameters", kParameterBytes)}};
    if (source.has("role")) draft.request["role"] = {{"crn", read_crn(source, "role")}};
    draft.content = credentials(draft.own, draft.request);
    return draft;
  }

  Outcome rotate(const Secret& secret, const Fields&) override {
    return credentials(secret.own, secret.request);
  }

  std::vector<std::string> patchable() const override { return {"ttl", "rotation"}; }
  void patch(Secret& secret, const Fields& patch) override {
    if (patch.mentions("ttl")) secret.own["ttl"] = read_ttl(patch);
    if (patch.mentions("rotation")) secret.own["rotation"] = read_interval_rotation(patch);
  }

 private:
  // A resource key of the source service: an API key of a service id with the wanted role.
  Content credentials(const Json& own, const Json& request) {
    const std::string instance = request.at("instance").at("crn");
    const std::string key_name = "sm-" + world_.ids.hex(12);
    const std::string key_id = "ApiKey-" + world_.ids.uuid();
    const std::string description = "Auto-generated for " + key_name;
    const std::string role = request.contains("role")
                                 ? request.at("role").at("crn").get<std::string>()
                                 : "crn:v1:bluemix:public:iam::::serviceRole:Reader";
    const std::string service =
        request.at("parameters")
            .value("serviceid_crn", iam_crn(world_, "serviceid", "ServiceId-" + world_.ids.uuid()));
    const std::size_t end = instance.rfind("::");
    const Json key{{"name", key_name},
                   {"crn", instance.substr(0, end) + ":resource-key:" + world_.ids.uuid()}};
    Content content;
    content.payload["credentials"] = {{"apikey", made_up_api_key(world_.ids)},
                                      {"iam_apikey_description", description},
                                      {"iam_apikey_id", key_id},
                                      {"iam_apikey_name", key_name},
                                      {"iam_role_crn", role},
                                      {"iam_serviceid_crn", service}};
    Json source = request;
    source["iam"] = {{"apikey", {{"id", key_id}, {"name", key_name}, {"description", description}}},
                     {"role", {{"crn", role}}},
                     {"serviceid", {{"crn", service}}}};
    source["resource_key"] = key;
    content.about_secret["source_service"] = std::move(source);
    content.about_version["resource_key"] = key;
    const std::chrono::seconds lease(std::stoll(own.at("ttl").get<std::string>()));
    if (lease.count() > 0) content.expires = world_.clock.now() + lease;
    content.handed_out = true;
    return content;
  }

  World& world_;
};

}  // namespace

std::unique_ptr<Kind> make_service_credentials(World& world) {
  return std::make_unique<ServiceCredentials>(world);
}

}  // namespace localcloud::sm

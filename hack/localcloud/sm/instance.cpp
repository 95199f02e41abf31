#include "hack/localcloud/sm/instance.h"

#include <algorithm>

#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
const char* describe(State state) {
  switch (state) {
    case State::kPreActivation:
      return "pre_activation";
    case State::kActive:
      return "active";
    case State::kSuspended:
      return "suspended";
    case State::kDeactivated:
      return "deactivated";
    case State::kDestroyed:
      return "destroyed";
  }
  return "";
}

Instance::Instance(World& its_world, const std::string& crn)
    : world(its_world),
      own_crn(crn),
      configurations{its_world.address + "/sm/" + parse_crn(crn).value_or(Crn{}).instance},
      kinds(make_kinds(its_world, ca, configurations)) {
  groups[kDefaultGroup] = {.id = kDefaultGroup,
                           .name = "default",
                           .description = "The default secret group.",
                           .created_at = now(),
                           .updated_at = now()};
}

Secret& Instance::secret(const std::string& id) {
  if (!is_id(id)) {
    refuse(world.switches.value("sm_malformed_id_status"), "The secret's id must be a UUID.");
  }
  const auto at = secrets.find(id);
  if (at == secrets.end()) refuse(404, "There is no secret with this id.");
  return at->second;
}

Version& Instance::version(Secret& secret, const std::string& id_or_alias) {
  auto& versions = secret.versions;
  if (id_or_alias == "current") {
    if (versions.empty()) refuse(404, "The secret has no current version.");
    return versions.back();
  }
  if (id_or_alias == "previous") {
    if (versions.size() < 2) {
      refuse(world.switches.value("sm_missing_previous_status"),
             "The previous version is not active.");
    }
    return versions[versions.size() - 2];
  }
  if (!is_id(id_or_alias)) {
    refuse(world.switches.value("sm_malformed_id_status"),
           "The version must be a UUID, current or previous.");
  }
  const auto at = std::find_if(versions.begin(), versions.end(),
                               [&](const Version& one) { return one.id == id_or_alias; });
  if (at == versions.end()) refuse(404, "There is no version with this id.");
  return *at;
}

Group& Instance::group(const std::string& id) {
  const std::string inner = inner_group_id(id);
  if (inner != kDefaultGroup && !is_id(inner)) {
    refuse(world.switches.value("sm_malformed_id_status"),
           "The group's id must be a UUID or default.");
  }
  const auto at = groups.find(inner);
  if (at == groups.end()) refuse(404, "There is no secret group with this id.");
  return at->second;
}

std::string Instance::inner_group_id(const std::string& given) const {
  return world.switches.value("default_group_id") == given ? kDefaultGroup : given;
}

std::string Instance::shown_group_id(const std::string& inner) const {
  return inner == kDefaultGroup ? world.switches.value("default_group_id").get<std::string>()
                                : inner;
}

void Instance::require_free_name(const std::string& type, const std::string& name,
                                 const std::string& but) {
  for (const auto& [id, other] : secrets) {
    if (other.type == type && other.name == name && id != but) {
      refuse(world.switches.value("sm_duplicate_name_status"),
             "A secret with the same name already exists: " + name);
    }
  }
}

Version& Instance::add_version(Secret& secret, Version version) {
  if (version.id.empty()) version.id = world.ids.uuid();
  version.created_at = now();
  version.downloaded = version.content.handed_out;
  auto& versions = secret.versions;
  versions.push_back(std::move(version));
  const std::size_t kept = kinds.at(secret.type)->keeps_previous_payload() ? 2 : 1;
  if (versions.size() > kept) {
    Version& leaving = versions[versions.size() - kept - 1];
    if (leaving.locks.empty()) drop_payload(leaving);
  }
  if (versions.size() > kVersionsKept) versions.erase(versions.begin());
  ++secret.versions_made;
  secret.updated_at = secret.warned_until = now();
  secret.rotation_retry.reset();
  return versions.back();
}

std::string Instance::alias(const Secret& secret, const Version& version) const {
  const auto& versions = secret.versions;
  if (version.id == versions.back().id) return "current";
  if (versions.size() > 1 && version.id == versions[versions.size() - 2].id) return "previous";
  return "";
}

std::uint64_t Instance::versions_total(const Secret& secret) const {
  if (secret.state == State::kPreActivation) {
    return secret.type == "public_cert" ? world.switches.value("pending_versions_total") : Json(0U);
  }
  if (!world.switches.on("versions_total_saturates")) return secret.versions_made;
  return std::min<std::uint64_t>(secret.versions_made, kVersionsKept);
}

std::optional<Time> Instance::expiration(const Secret& secret) {
  if (secret.expires || secret.versions.empty()) return secret.expires;
  return secret.versions.back().content.expires;
}

bool Instance::has_payload(const Secret& secret) {
  return std::any_of(secret.versions.begin(), secret.versions.end(),
                     [](const Version& version) { return version.payload_available; });
}

void Instance::drop_payload(Version& version) {
  version.payload_available = false;
  version.content.payload = Json::object();
}

void Instance::note_read(Secret& secret, Version& version) {
  version.downloaded = true;
  secret.retrieved_at = now();
  if (world.switches.on("reads_bump_updated_at")) secret.updated_at = now();
}

std::string Instance::crn(const Secret& secret) const {
  return own_crn.substr(0, own_crn.size() - 1) + "secret:" + secret.id;
}

}  // namespace localcloud::sm

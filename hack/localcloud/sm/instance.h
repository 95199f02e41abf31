#pragma once
#include <map>
#include <string>

#include "hack/localcloud/frame/world.h"
#include "hack/localcloud/sm/kind.h"
#include "hack/localcloud/sm/local_ca.h"
#include "hack/localcloud/sm/model.h"

namespace localcloud::sm {

inline constexpr std::size_t kVersionsKept = 50;
inline constexpr char kCaller[] = "iam-ServiceId-0c0ffee0-1111-2222-3333-444455556666";

// One Secrets Manager instance: what it holds and the rules that hold for all types. Routes work on
// it and refuse by throwing Refusal.
class Instance {
 public:
  // `crn` is its own and ends in "::".
  Instance(World& world, const std::string& crn);

  // Lookups by what stands in a path: 400 for a malformed id, 404 for an unknown one.
  Secret& secret(const std::string& id);
  Version& version(Secret& secret, const std::string& id_or_alias);
  Group& group(const std::string& id);

  // "default" and whatever id the default group is shown with are one group.
  std::string inner_group_id(const std::string& given) const;
  std::string shown_group_id(const std::string& inner) const;

  // Names are unique per type over all groups. `but` is the id of a secret that may have it.
  void require_free_name(const std::string& type, const std::string& name, const std::string& but);

  // Shifts the aliases, closes the window of kept payloads and moves the counters.
  Version& add_version(Secret& secret, Version version);
  std::string alias(const Secret& secret, const Version& version) const;  // "" for older ones
  std::uint64_t versions_total(const Secret& secret) const;
  static std::optional<Time> expiration(const Secret& secret);

  static bool has_payload(const Secret& secret);  // of any version
  static void drop_payload(Version& version);

  // What every read of a payload leaves behind.
  void note_read(Secret& secret, Version& version);

  std::string crn(const Secret& secret) const;
  Time now() const { return world.clock.now(); }

  const std::string& url() const { return configurations.instance_url; }

  World& world;
  const std::string own_crn;
  LocalCa ca{};
  Configurations configurations;
  Kinds kinds;
  std::map<std::string, Group> groups{};
  std::map<std::string, Secret> secrets{};
  std::string event_notifications_crn{};  // "": not registered
};

}  // namespace localcloud::sm

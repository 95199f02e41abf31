#include "hack/localcloud/sm/locks.h"

#include <algorithm>

#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

void put(Version& version, Lock lock) {
  const auto at = std::find_if(version.locks.begin(), version.locks.end(),
                               [&](const Lock& one) { return one.name == lock.name; });
  if (at == version.locks.end()) {
    version.locks.push_back(std::move(lock));
  } else {
    *at = std::move(lock);
  }
}

}  // namespace

std::size_t locks_total(const Secret& secret) {
  std::size_t total = 0;
  for (const Version& version : secret.versions) total += version.locks.size();
  return total;
}

bool is_locked(const Secret& secret) {
  return locks_total(secret) > 0;
}

bool previous_is_locked(const Secret& secret) {
  const auto& versions = secret.versions;
  return versions.size() > 1 && !versions[versions.size() - 2].locks.empty();
}

void refuse_locked(Instance& instance, const Secret& secret, const std::string& event,
                   const std::string& by) {
  publish(instance, secret, {.type = event, .by = by});
  refuse(412, "The secret version is locked.");
}

void add_locks(Instance& instance, Secret& secret, Version& version, std::vector<Lock> locks) {
  if (!version.payload_available) refuse(400, "A version without data cannot be locked.");
  Version changed = version;
  for (Lock& lock : locks) put(changed, std::move(lock));
  if (locks_total(secret) - version.locks.size() + changed.locks.size() > kMostLocks) {
    refuse(400, "The number of locks reached the maximum.");
  }
  version = std::move(changed);
  if (instance.world.switches.on("locks_bump_updated_at")) secret.updated_at = instance.now();
}

void remove_locks(Version& version, const std::vector<std::string>& names) {
  std::erase_if(version.locks, [&](const Lock& lock) {
    return names.empty() || std::find(names.begin(), names.end(), lock.name) != names.end();
  });
}

}  // namespace localcloud::sm

#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/instance.h"

namespace localcloud::sm {

inline constexpr std::size_t kMostLocks = 1000;  // of one secret

std::size_t locks_total(const Secret& secret);
bool is_locked(const Secret& secret);  // any version
bool previous_is_locked(const Secret& secret);

// Tells `event` ("secret_deletion_blocked") and refuses with 412.
[[noreturn]] void refuse_locked(Instance& instance, const Secret& secret, const std::string& event,
                                const std::string& by);

// A lock of a name that the version has already is replaced. Refuses with 400 when the version has
// no data, or the secret too many locks.
void add_locks(Instance& instance, Secret& secret, Version& version, std::vector<Lock> locks);
// No names: all.
void remove_locks(Version& version, const std::vector<std::string>& names);

}  // namespace localcloud::sm

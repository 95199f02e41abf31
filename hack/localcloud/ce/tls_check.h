#pragma once
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// The strict reading of a tls secret: every block of `certificates` (leaf first) parses, `key` is
// an unencrypted private key that belongs to the leaf, and the leaf is valid at `now`.
// Throws Refusal; its message holds nothing of either text.
void check_tls(const std::string& certificates, const std::string& key, Time now);

// Throws Refusal unless the leaf is for the domain.
void check_covers(const std::string& certificates, const std::string& domain);

}  // namespace localcloud::ce

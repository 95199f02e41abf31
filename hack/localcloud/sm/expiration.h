#pragma once
#include <optional>

#include "hack/localcloud/sm/fields.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {

// The member "expiration_date" of types that expire when their owner says so. Null: never.
inline std::optional<Time> read_expiration(const World& world, const Fields& body) {
  const auto date = body.maybe_time("expiration_date");
  if (date && *date <= world.clock.now()) refuse(400, "'expiration_date' must lie ahead.");
  return date;
}

}  // namespace localcloud::sm

#pragma once
#include <optional>

#include "hack/localcloud/sm/fields.h"

namespace localcloud::sm {

// The member "rotation" of types that rotate by an interval, with its default {auto_rotate:false}.
Json read_interval_rotation(const Fields& body);

// When the next automatic rotation is due; empty when there is none.
std::optional<Time> next_rotation(const Json& rotation, Time from);

}  // namespace localcloud::sm

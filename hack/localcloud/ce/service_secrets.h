#pragma once
#include "hack/localcloud/frame/world.h"

// Secrets whose data the service fills in: credentials of another service, or the key of an
// operator. The data is made up, and says so.
namespace localcloud::ce {

// `wanted` is the member service_access of a create: {"service_instance": {"id"}, "resource_key":
// {"id"}, "role": {"crn"}, "serviceid": {"id", "crn"}}. Gives service_access and data. Throws
// Refusal.
Json service_access(World& world, const Json& wanted);

// `wanted` is the member service_operator: {"serviceid": {"id"}, "resource_group_ids": []}.
Json service_operator(World& world, const Json& wanted);

}  // namespace localcloud::ce

#pragma once
#include "hack/localcloud/sm/instance.h"

// What callers see: JSON as in the API's answers, empty optional members left out.
namespace localcloud::sm {

Json group_view(const Instance& instance, const Group& group);
Json secret_metadata(const Instance& instance, const Secret& secret);
Json version_metadata(const Instance& instance, const Secret& secret, const Version& version);

// With the payload beside the metadata, flat. `version` without a payload: metadata alone.
Json secret_with_payload(const Instance& instance, const Secret& secret);
Json version_with_payload(const Instance& instance, const Secret& secret, const Version& version);

}  // namespace localcloud::sm

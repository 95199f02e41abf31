#pragma once
#include <string>

#include "hack/localcloud/en/model.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// The request that carries an event to a destination, by the switches delivery_body,
// delivery_content_type, delivery_get_with_body and delivery_timeout_ms.
OutboundRequest delivery_request(const Destination& destination, const Json& event,
                                 const Switches& switches);

void declare_envelope_switches(Switches& switches);

}  // namespace localcloud::en

#pragma once
#include "hack/localcloud/en/model.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// What a lite instance may hold; each refuses one more than that. A standard one has no such limits
// (docs of Event Notifications, "Getting started", 2026-08).
void refuse_more_topics(const Instance& instance);
void refuse_more_rules(const Instance& instance, const Topic& topic);
void refuse_more_destinations(const Instance& instance);
void refuse_more_subscriptions(const Instance& instance);

// Counts a message to a destination; false: the plan has no more of them. How Code Engine counts,
// and that nothing is ever given back, are switches and assumptions.
bool spend_message(Instance& instance, const Destination& destination, const Switches& switches);

void declare_plan_switches(Switches& switches);

}  // namespace localcloud::en

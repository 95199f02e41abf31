#pragma once
#include <string>

#include "hack/localcloud/en/delivery.h"
#include "hack/localcloud/en/model.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// From an event to its deliveries: source, topics whose rules match, their subscriptions. An event
// that nothing matches is dropped silently.
class FanOut {
 public:
  FanOut(World& world, DeliveryWorker& worker) : world_(world), worker_(worker) {}

  // Gives the event its notification id and answers it. The event has an "ibmensourceid".
  std::string take_in(Instance& instance, Json event);
  // Likewise, but to one topic's subscribers, whatever its rules.
  void send_to(Instance& instance, const Topic& topic, Json event);
  // The test event, straight to one destination. Answers the notification id.
  std::string test(Instance& instance, const Destination& destination);
  // As GET /notifications/{id} tells it; null when the id is unknown.
  Json state_of(const Instance& instance, const std::string& notification_id) const;

 private:
  // What became of the event, for people.
  std::string distribute(Instance& instance, const Json& event);
  std::size_t deliver(Instance& instance, const Topic& topic, const Json& event);
  // `subscription`: null for a test, which nothing asked to sign.
  void submit(Instance& instance, const Destination& destination, const Subscription* subscription,
              const Json& event);
  void remember(Instance& instance, const std::string& notification_id, const std::string& fate);

  World& world_;
  DeliveryWorker& worker_;
};

}  // namespace localcloud::en

#pragma once
#include <string>

#include "hack/localcloud/en/batcher.h"
#include "hack/localcloud/en/delivery.h"
#include "hack/localcloud/en/fan_out.h"
#include "hack/localcloud/en/model.h"
#include "hack/localcloud/en/signing.h"
#include "hack/localcloud/en/timer.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// Event Notifications v1: sources, topics, destinations, subscriptions, templates, integrations,
// taking events in, signing and delivering them, the periodic timer, and Secrets Manager's batching
// of events, since it ends here. Mounted at /en.
class EventNotifications : public Service, public EventSink {
 public:
  // Declares the switches; begins with the seed's instance. The world outlives this, and its
  // scheduler and outbound run nothing after this is gone.
  explicit EventNotifications(World& world);
  EventNotifications(const EventNotifications&) = delete;
  EventNotifications& operator=(const EventNotifications&) = delete;

  Response handle(const Request& request) override;

  void publish(SecretEvent event) override;
  bool register_source(const std::string& sm_crn, const std::string& en_crn,
                       const std::string& name, const std::string& description) override;
  void unregister_source(const std::string& sm_crn) override;

  // One more instance, of the plan "lite" or "standard"; its GUID is in the CRN.
  void add_instance(const std::string& en_crn, const std::string& plan = "standard");
  // A suspended instance is not found any more, but keeps what it holds.
  void suspend_instance(const std::string& en_crn, bool suspended);

  // Dispatches everything that is pending: {"dispatched": notifications}.
  Json flush();
  // The timer's events that a jump of the clock has made due.
  void catch_up() { timer_.catch_up(); }
  // {"mode":"lose"|"delay"|"double"|"reorder","count":n,"delay_ms":n} for the next deliveries.
  // Throws HttpError on a bad order.
  void control_notifications(const Json& order);
  // Every destination signs with another key from now on.
  void renew_signing_keys() { signing_.renew_keys(); }
  // What became of deliveries: GET /_local/deliveries.
  Json deliveries() const { return worker_.describe(); }

 private:
  void dispatch(const Json& event);
  // Throws HttpError when the source may not send its events to that instance.
  void refuse_source(const std::string& sm_crn, const std::string& en_crn) const;

  World& world_;
  en::Instances instances_{};
  en::Signing signing_;
  en::DeliveryWorker worker_;
  en::FanOut fan_out_;
  en::Timer timer_;
  en::Batcher batcher_;
  Router router_{};
};

}  // namespace localcloud

#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "hack/localcloud/en/disturbance.h"
#include "hack/localcloud/en/model.h"
#include "hack/localcloud/en/signing.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// One notification on its way to one destination, and in the end what became of it.
struct Delivery {
  std::string id{};
  std::string notification_id{};
  std::string event_type{};
  std::string subscription_id{};  // empty: a destination's test
  std::string instance_crn{};     // of Event Notifications
  Destination destination{};      // as it was when the notification was taken in
  Json event = Json::object();
  bool is_signed = false;
  std::optional<std::string> text{};  // by a template, instead of the event
  std::string obstacle{};             // why it is not to be tried at all
  int attempts = 0;
  int status = 0;                   // of the last answer
  std::string outcome = "pending";  // then "delivered", "lost" or "not_delivered" (never tried)
  std::string reason{};
  std::string location{};              // where a redirect has led to
  std::chrono::milliseconds spent{0};  // by the old policy
};

// Delivers by the real policy (docs of Event Notifications, "Retry policy for destinations"): 10 s
// for each attempt, three retries after growing delays, Retry-After in seconds instead if the
// receiver sends it; then the notification is lost. By a switch, the policy before February 2026:
// a retry every 5 s for 60 s, whatever Retry-After says. Runs on the cloud's thread and never
// waits.
class DeliveryWorker {
 public:
  // Declares its switches. The scheduler runs nothing after this is gone; the rest outlives it.
  DeliveryWorker(World& world, Signing& signing);

  void submit(Delivery delivery);
  void disturb(const Json& order) { disturbances_.add(order); }  // throws Refusal
  // Lets go what a "reorder" still holds back, last come first.
  void release_held();

  // {"deliveries":[...],"delivered":n,"lost":n,"not_delivered":n}: the newest 1,000, no headers
  // and no bodies; the counts are over all time.
  Json describe() const;
  // As GET /notifications/{id} tells it: status and details. Null: no deliveries are known.
  Json state_of(const std::string& notification_id) const;

 private:
  using Record = std::shared_ptr<Delivery>;

  Record keep(Delivery delivery);
  void disturb(const Record& record, const Disturbance& disturbance);
  void hold(const Record& record, const Disturbance& disturbance);
  void start(const Record& record);
  void attempt(const Record& record);
  void finish_attempt(const Record& record, const OutboundResult& result);
  bool succeeded(const OutboundResult& result) const;
  bool may_retry(Delivery& delivery, const OutboundResult& result) const;
  bool old_policy() const;
  std::chrono::milliseconds delay_after(int attempts, const OutboundResult& result) const;
  void settle(Delivery& delivery, const std::string& outcome, const std::string& reason);

  World& world_;
  Signing& signing_;
  Disturbances disturbances_{};
  std::vector<Record> held_{};
  std::deque<Record> records_{};
  std::map<std::string, std::size_t> counts_{{"delivered", 0}, {"lost", 0}, {"not_delivered", 0}};
};

}  // namespace localcloud::en

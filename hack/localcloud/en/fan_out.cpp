#include "hack/localcloud/en/fan_out.h"

#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/plan.h"

namespace localcloud::en {
namespace {

constexpr std::size_t kMostReceived = 1000;

}  // namespace

std::string FanOut::take_in(Instance& instance, Json event) {
  const std::string id = world_.ids.uuid();
  event["notification_id"] = id;
  remember(instance, id, distribute(instance, event));
  return id;
}

void FanOut::send_to(Instance& instance, const Topic& topic, Json event) {
  const std::string id = world_.ids.uuid();
  event["notification_id"] = id;
  const bool heard = deliver(instance, topic, event) > 0;
  remember(instance, id, heard ? "delivering" : "no subscriber");
}

std::string FanOut::distribute(Instance& instance, const Json& event) {
  const auto source_id = event.at("ibmensourceid").get<std::string>();
  const Source* source = find_by_id(instance.sources, source_id);
  if (source == nullptr || !source->enabled) return "the source is unknown or disabled";
  std::size_t listening = 0;
  std::size_t matching = 0;
  std::size_t deliveries = 0;
  for (const Topic& topic : instance.topics) {
    const TopicSource* rules = find_by_id(topic.sources, source_id);
    if (rules == nullptr) continue;
    ++listening;
    if (!rules->matches(event)) continue;
    ++matching;
    deliveries += deliver(instance, topic, event);
  }
  if (listening == 0) return "no topic for the source";
  if (matching == 0) return "filtered out by all topics";
  return deliveries == 0 ? "no subscriber" : "delivering";
}

std::size_t FanOut::deliver(Instance& instance, const Topic& topic, const Json& event) {
  std::size_t deliveries = 0;
  for (const Subscription& subscription : instance.subscriptions) {
    if (subscription.topic_id != topic.id) continue;
    const Destination* destination = find_by_id(instance.destinations, subscription.destination_id);
    if (destination == nullptr) continue;
    submit(instance, *destination, &subscription, event);
    ++deliveries;
  }
  return deliveries;
}

std::string FanOut::test(Instance& instance, const Destination& destination) {
  const std::string id = world_.ids.uuid();
  // The real body is not documented; receivers must bear any JSON.
  Json event{{"id", world_.ids.uuid()},
             {"notification_id", id},
             {"specversion", "1.0"},
             {"source", instance.crn},
             {"ibmensourceid", instance.crn},
             {"type", "com.ibm.cloud.event-notifications.destination_test"},
             {"time", timestamp(world_)},
             {"datacontenttype", "application/json"}};
  if (world_.switches.on("en_test_event_data")) {
    event["data"] = {{"message", "This is a test of the destination."}};
  }
  submit(instance, destination, nullptr, event);
  remember(instance, id, "delivering");
  return id;
}

void FanOut::submit(Instance& instance, const Destination& destination,
                    const Subscription* subscription, const Json& event) {
  Delivery delivery{.notification_id = event.at("notification_id").get<std::string>(),
                    .event_type = event.at("type").get<std::string>(),
                    .instance_crn = instance.crn,
                    .destination = destination,
                    .event = event};
  if (subscription != nullptr) {
    delivery.subscription_id = subscription->id;
    delivery.is_signed = subscription->attributes.value("signing_enabled", false);
    const std::string id = subscription->attributes.value("template_id_notification", "");
    const Template* used = find_by_id(instance.templates, id);
    if (used != nullptr && used->text) delivery.text = used->text->render(event);
  }
  if (!spend_message(instance, destination, world_.switches)) {
    delivery.obstacle = "the plan's messages are used up";
  }
  worker_.submit(std::move(delivery));
}

void FanOut::remember(Instance& instance, const std::string& notification_id,
                      const std::string& fate) {
  instance.received.emplace_back(notification_id, fate);
  if (instance.received.size() > kMostReceived) instance.received.pop_front();
}

Json FanOut::state_of(const Instance& instance, const std::string& notification_id) const {
  for (const auto& [id, fate] : instance.received) {
    if (id != notification_id) continue;
    const Json state = worker_.state_of(id);
    if (!state.is_null()) return state;
    return {{"status", "success"}, {"details", {{"status_code", 200}, {"status_message", fate}}}};
  }
  return nullptr;
}

}  // namespace localcloud::en

#include "hack/localcloud/en/plan.h"

#include "hack/localcloud/en/refusal.h"

namespace localcloud::en {
namespace {

constexpr std::size_t kTopics = 10;
constexpr std::size_t kRulesOfTopic = 2;
constexpr std::size_t kDestinations = 5;
constexpr std::size_t kSubscriptions = 10;

void refuse_beyond(const Instance& instance, std::size_t count, std::size_t most,
                   const std::string& what) {
  if (instance.plan == "lite" && count > most) {
    refuse(400, "limit_exceeded",
           "the lite plan has " + std::to_string(most) + " " + what + " at most");
  }
}

}  // namespace

void declare_plan_switches(Switches& switches) {
  switches.declare("en_lite_messages", 20, "messages that a lite instance sends in all",
                   from_to(0, 1'000'000));
  switches.declare("en_lite_counts_code_engine", true,
                   "whether messages to Code Engine are among those");
}

void refuse_more_topics(const Instance& instance) {
  refuse_beyond(instance, instance.topics.size() + 1, kTopics, "topics");
}

void refuse_more_rules(const Instance& instance, const Topic& topic) {
  std::size_t rules = 0;
  for (const TopicSource& source : topic.sources) rules += source.rules.size();
  refuse_beyond(instance, rules, kRulesOfTopic, "filters of a topic");
}

void refuse_more_destinations(const Instance& instance) {
  std::size_t own = 1;
  for (const Destination& one : instance.destinations) own += one.built_in() ? 0U : 1U;
  refuse_beyond(instance, own, kDestinations, "destinations");
}

void refuse_more_subscriptions(const Instance& instance) {
  refuse_beyond(instance, instance.subscriptions.size() + 1, kSubscriptions, "subscriptions");
}

bool spend_message(Instance& instance, const Destination& destination, const Switches& switches) {
  if (instance.plan != "lite") return true;
  if (destination.type == "ibmce" && !switches.on("en_lite_counts_code_engine")) return true;
  if (instance.messages >= switches.value("en_lite_messages").get<std::size_t>()) return false;
  ++instance.messages;
  return true;
}

}  // namespace localcloud::en

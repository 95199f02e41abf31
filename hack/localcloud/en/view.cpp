#include "hack/localcloud/en/view.h"

namespace localcloud::en {
namespace {

// Names of the topics that listen to a source.
Json topic_names(const Instance& instance, const std::string& source_id) {
  Json names = Json::array();
  for (const Topic& topic : instance.topics) {
    if (find_by_id(topic.sources, source_id) != nullptr) names.push_back(topic.name);
  }
  return names;
}

Json subscription_names(const Instance& instance, const std::string& destination_id) {
  Json names = Json::array();
  for (const Subscription& subscription : instance.subscriptions) {
    if (subscription.destination_id == destination_id) names.push_back(subscription.name);
  }
  return names;
}

Json topic_subscriptions(const Instance& instance, const std::string& topic_id) {
  Json items = Json::array();
  for (const Subscription& subscription : instance.subscriptions) {
    if (subscription.topic_id == topic_id) items.push_back(item_view(instance, subscription));
  }
  return items;
}

std::string source_name(const Instance& instance, const std::string& id) {
  const Source* source = find_by_id(instance.sources, id);
  return source == nullptr ? "" : source->name;
}

Json rule_view(const Rule& rule) {
  Json view{{"id", rule.id}, {"enabled", rule.enabled}, {"updated_at", rule.updated_at}};
  if (rule.schedule.is_object()) {
    view["event_schedule_filter"] = rule.schedule;
  } else {
    view["event_type_filter"] = rule.event_type_text;
    view["notification_filter"] = rule.notification_text;
  }
  return view;
}

Json params_view(const Destination& destination, const std::string& secrecy) {
  Json params = destination.params;
  if (secrecy == "plain" || !params.contains("sensitive_headers")) return params;
  for (const Json& name : params.at("sensitive_headers")) {
    auto& headers = params.at("custom_headers");
    if (secrecy == "omitted") {
      headers.erase(name.get<std::string>());
    } else {
      headers[name.get<std::string>()] = "********";
    }
  }
  return params;
}

}  // namespace

Json created_view(const Source& source) {
  return {{"id", source.id},
          {"name", source.name},
          {"description", source.description},
          {"enabled", source.enabled},
          {"store_notifications", source.store_notifications},
          {"created_at", source.created_at}};
}

Json item_view(const Instance& instance, const Source& source) {
  Json view = created_view(source);
  view.erase("created_at");
  view["type"] = source.type;
  view["updated_at"] = source.updated_at;
  view["topic_count"] = topic_names(instance, source.id).size();
  return view;
}

Json detail_view(const Instance& instance, const Source& source) {
  Json view = item_view(instance, source);
  view["topic_names"] = topic_names(instance, source.id);
  return view;
}

Json created_view(const Topic& topic) {
  return {{"id", topic.id},
          {"name", topic.name},
          {"description", topic.description},
          {"created_at", topic.created_at}};
}

Json item_view(const Instance& instance, const Topic& topic) {
  Json names = Json::array();
  for (const TopicSource& source : topic.sources) names.push_back(source_name(instance, source.id));
  return {{"id", topic.id},
          {"name", topic.name},
          {"description", topic.description},
          {"source_count", topic.sources.size()},
          {"sources_names", names},
          {"subscription_count", topic_subscriptions(instance, topic.id).size()}};
}

Json detail_view(const Instance& instance, const Topic& topic) {
  Json sources = Json::array();
  for (const TopicSource& source : topic.sources) {
    Json rules = Json::array();
    for (const Rule& rule : source.rules) rules.push_back(rule_view(rule));
    sources.push_back(
        {{"id", source.id}, {"name", source_name(instance, source.id)}, {"rules", rules}});
  }
  Json view = item_view(instance, topic);
  view.erase("sources_names");
  view["updated_at"] = topic.updated_at;
  view["sources"] = sources;
  view["subscriptions"] = topic_subscriptions(instance, topic.id);
  return view;
}

Json created_view(const Destination& destination, const std::string& secrecy) {
  return {{"id", destination.id},
          {"name", destination.name},
          {"description", destination.description},
          {"type", destination.type},
          {"collect_failed_events", destination.collect_failed_events},
          {"config", {{"params", params_view(destination, secrecy)}}},
          {"created_at", destination.created_at}};
}

Json item_view(const Instance& instance, const Destination& destination) {
  const Json names = subscription_names(instance, destination.id);
  return {{"id", destination.id},
          {"name", destination.name},
          {"description", destination.description},
          {"type", destination.type},
          {"collect_failed_events", destination.collect_failed_events},
          {"subscription_count", names.size()},
          {"subscription_names", names},
          {"updated_at", destination.updated_at}};
}

Json detail_view(const Instance& instance, const Destination& destination,
                 const std::string& secrecy) {
  Json view = item_view(instance, destination);
  if (!destination.built_in()) view["config"] = {{"params", params_view(destination, secrecy)}};
  return view;
}

Json item_view(const Instance& instance, const Subscription& subscription) {
  const Destination* destination = find_by_id(instance.destinations, subscription.destination_id);
  const Topic* topic = find_by_id(instance.topics, subscription.topic_id);
  return {{"id", subscription.id},
          {"name", subscription.name},
          {"description", subscription.description},
          {"destination_id", subscription.destination_id},
          {"destination_type", destination == nullptr ? "" : destination->type},
          {"destination_name", destination == nullptr ? "" : destination->name},
          {"topic_id", subscription.topic_id},
          {"topic_name", topic == nullptr ? "" : topic->name},
          {"updated_at", subscription.updated_at}};
}

Json detail_view(const Instance& instance, const Subscription& subscription) {
  Json view = item_view(instance, subscription);
  view["attributes"] = subscription.attributes;
  return view;
}

}  // namespace localcloud::en

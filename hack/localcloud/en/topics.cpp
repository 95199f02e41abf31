#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>

#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/plan.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"
#include "hack/localcloud/en/timer.h"
#include "hack/localcloud/en/view.h"

namespace localcloud::en {
namespace {

constexpr Length kName{1, 255};
constexpr Length kDescription{0, 255};
constexpr Length kEventTypeFilter{3, 255};

Filter parse_filter(const std::string& name, const std::string& text) {
  try {
    return Filter(text);
  } catch (const FilterError& fault) {
    refuse(name + ": " + fault.what());
  }
}

// The published pattern of the event type filter is narrower than its language.
void refuse_beyond_published_pattern(const std::string& filter) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(" -_$.='").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (filter != "$.*" && !std::all_of(filter.begin(), filter.end(), allowed)) {
    refuse("event_type_filter holds characters that are not allowed");
  }
}

const Json& array_of(const Json& object, const char* name, std::size_t least, std::size_t most) {
  const auto found = object.find(name);
  const bool good = found != object.end() && found->is_array() && found->size() >= least &&
                    found->size() <= most &&
                    std::all_of(found->begin(), found->end(),
                                [](const Json& element) { return element.is_object(); });
  if (!good) refuse(std::string(name) + " must be an array of objects");
  return *found;
}

Json schedule_of(const Json& body) {
  const auto found = body.find("event_schedule_filter");
  if (found == body.end()) refuse("event_schedule_filter is required for the periodic timer");
  if (!found->is_object()) refuse("event_schedule_filter must be an object");
  for (const char* name : {"starts_at", "ends_at"}) {
    const auto time = text_if_given(*found, name, {1, 64});
    try {
      if (time) parse_rfc3339(*time);
    } catch (const std::invalid_argument&) {
      refuse(std::string(name) + " must be a time of RFC 3339");
    }
  }
  text(*found, "expression", {1, 255});
  return *found;
}

Rule parse_rule(const Json& body, const Source& source, World& world) {
  Rule rule{.id = world.ids.uuid(),
            .updated_at = timestamp(world),
            .enabled = flag_if_given(body, "enabled").value_or(true)};
  if (source.type == "periodic-timer") {
    rule.schedule = schedule_of(body);
    try {
      rule.cron.emplace(rule.schedule.at("expression").get<std::string>());
    } catch (const CronError& fault) {
      refuse(std::string("event_schedule_filter: ") + fault.what());
    }
    return rule;
  }
  if (body.contains("event_schedule_filter")) {
    refuse("event_schedule_filter is for the periodic timer only");
  }
  rule.event_type_text = text_if_given(body, "event_type_filter", kEventTypeFilter).value_or("$.*");
  if (world.switches.on("en_event_type_pattern")) {
    refuse_beyond_published_pattern(rule.event_type_text);
  }
  rule.event_type = parse_filter("event_type_filter", rule.event_type_text);
  rule.notification_text =
      text_if_given(body, "notification_filter", {0, Filter::kLongest}).value_or("");
  if (rule.notification_text.find_first_not_of(' ') != std::string::npos) {
    rule.notification = parse_filter("notification_filter", rule.notification_text);
  }
  return rule;
}

std::vector<TopicSource> parse_sources(const Json& body, const Instance& instance, World& world) {
  std::vector<TopicSource> sources;
  if (!body.contains("sources")) return sources;
  const auto most_sources = world.switches.value("en_most_sources").get<std::size_t>();
  const auto most_rules = world.switches.value("en_most_rules").get<std::size_t>();
  for (const Json& element : array_of(body, "sources", 0, most_sources)) {
    TopicSource source{.id = text(element, "id", {1, 512})};
    const Source* known = find_by_id(instance.sources, source.id);
    if (known == nullptr) refuse(400, "wrong_source_id", "Incorrect source id");
    if (find_by_id(sources, source.id) != nullptr) refuse("a source is named twice");
    for (const Json& rule : array_of(element, "rules", 1, most_rules)) {
      source.rules.push_back(parse_rule(rule, *known, world));
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

// What create and replace have in common: a replace changes everything but the identity.
void fill(Topic& topic, const Json& body, const Instance& instance, World& world) {
  const std::string name = text(body, "name", kName);
  refuse_taken_name(instance.topics, name, topic.id, world);
  topic.description = text_if_given(body, "description", kDescription).value_or("");
  topic.sources = parse_sources(body, instance, world);
  refuse_more_rules(instance, topic);
  topic.name = name;
  topic.updated_at = timestamp(world);
}

void refuse_if_subscribed(const Instance& instance, const std::string& topic_id) {
  const auto& all = instance.subscriptions;
  if (std::any_of(all.begin(), all.end(),
                  [&](const Subscription& one) { return one.topic_id == topic_id; })) {
    refuse(409, "in_use", "the topic has subscriptions");
  }
}

}  // namespace

void mount_topics(const Mount& mount, Timer& timer) {
  World& world = mount.world;
  mount.on("POST", "/topics",
           [&world, &timer](Instance& instance, const Request& request, const Params&) {
             refuse_more_topics(instance);
             Topic topic{.id = world.ids.uuid(), .created_at = timestamp(world)};
             fill(topic, parse_json_object(request), instance, world);
             instance.topics.push_back(topic);
             timer.watch();
             return Response::json(201, created_view(topic));
           });
  mount.on("GET", "/topics", [&world](Instance& instance, const Request& request, const Params&) {
    std::vector<Json> items;
    for (const Topic& topic : instance.topics) items.push_back(item_view(instance, topic));
    return list_page(request, "topics", items, world);
  });
  mount.on("GET", "/topics/{id}", [](Instance& instance, const Request&, const Params& params) {
    return Response::json(200, detail_view(instance, item_of(instance.topics, params, "topic")));
  });
  mount.on("PUT", "/topics/{id}",
           [&world, &timer](Instance& instance, const Request& request, const Params& params) {
             Topic& topic = item_of(instance.topics, params, "topic");
             Topic replacement{.id = topic.id, .created_at = topic.created_at};
             fill(replacement, parse_json_object(request), instance, world);
             topic = std::move(replacement);
             timer.watch();
             return Response::json(200, detail_view(instance, topic));
           });
  mount.on("DELETE", "/topics/{id}",
           [&world](Instance& instance, const Request&, const Params& params) {
             const std::string id = item_of(instance.topics, params, "topic").id;
             if (world.switches.on("en_refuse_delete_in_use")) refuse_if_subscribed(instance, id);
             std::erase_if(instance.subscriptions,
                           [&](const Subscription& one) { return one.topic_id == id; });
             erase_by_id(instance.topics, id);
             return Response::empty(204);
           });
}

}  // namespace localcloud::en

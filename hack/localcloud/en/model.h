#pragma once
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hack/localcloud/en/cron.h"
#include "hack/localcloud/en/filter.h"
#include "hack/localcloud/en/template_text.h"
#include "hack/localcloud/frame/http.h"

// What one Event Notifications instance holds. Times are RFC 3339 texts, as they are answered.
namespace localcloud::en {

struct Source {
  std::string id{};  // a CRN, or "<uuid>:api"
  std::string name{};
  std::string description{};
  std::string type = "api";
  bool enabled = true;
  bool store_notifications = false;
  std::string created_at{};
  std::string updated_at{};
};

struct Rule {
  std::string id{};
  std::string updated_at{};
  bool enabled = true;
  std::string event_type_text{};
  std::string notification_text{};
  std::optional<Filter> event_type{};
  std::optional<Filter> notification{};  // none: everything
  Json schedule{};                       // the periodic timer's rule has these instead of filters
  std::optional<Cron> cron{};

  bool matches(const Json& event) const {
    return enabled && event_type && event_type->matches(event) &&
           (!notification || notification->matches(event));
  }
};

struct TopicSource {
  std::string id{};
  std::vector<Rule> rules{};

  bool matches(const Json& event) const {
    return std::any_of(rules.begin(), rules.end(),
                       [&](const Rule& rule) { return rule.matches(event); });
  }
};

struct Topic {
  std::string id{};
  std::string name{};
  std::string description{};
  std::vector<TopicSource> sources{};
  std::string created_at{};
  std::string updated_at{};
};

struct Destination {
  std::string id{};
  std::string name{};
  std::string description{};
  std::string type{};
  Json params = Json::object();
  bool collect_failed_events = false;
  std::string created_at{};
  std::string updated_at{};

  bool built_in() const { return type == "smtp_ibm" || type == "sms_ibm"; }
};

struct Subscription {
  std::string id{};
  std::string name{};
  std::string description{};
  std::string topic_id{};
  std::string destination_id{};
  Json attributes = Json::object();
  std::string updated_at{};
};

struct Template {
  std::string id{};
  std::string name{};
  std::string description{};
  std::string type{};
  std::string body{};  // Base64, as sent
  std::optional<TemplateText> text{};
  std::string created_at{};
  std::string updated_at{};
};

struct Integration {
  std::string id{};
  std::string type{};
  Json metadata = Json::object();
  std::string created_at{};
  std::string updated_at{};
};

struct Instance {
  std::string crn{};
  std::string plan = "standard";
  bool suspended = false;  // deleted, but not reclaimed yet
  std::vector<Source> sources{};
  std::vector<Topic> topics{};
  std::vector<Destination> destinations{};
  std::vector<Subscription> subscriptions{};
  std::vector<Template> templates{};
  std::vector<Integration> integrations{};
  std::size_t messages = 0;  // sent, as far as the plan counts them
  // The newest notifications taken in, with what became of them before any delivery.
  std::deque<std::pair<std::string, std::string>> received{};
};

// Keyed by GUID.
using Instances = std::map<std::string, Instance>;

// Items: a vector, const or not. Null when there is none.
template <typename Items>
auto find_by_id(Items& items, const std::string& id) -> decltype(items.data()) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

template <typename Item>
void erase_by_id(std::vector<Item>& items, const std::string& id) {
  std::erase_if(items, [&](const Item& item) { return item.id == id; });
}

}  // namespace localcloud::en

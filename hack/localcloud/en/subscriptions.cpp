#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/plan.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"
#include "hack/localcloud/en/view.h"

namespace localcloud::en {
namespace {

constexpr Length kName{1, 50};
constexpr Length kDescription{1, 255};

std::string template_type_of(const Destination& destination) {
  if (destination.type == "webhook") return "webhook.notification";
  const bool is_job = destination.params.value("type", "") == "job";
  return is_job ? "ibmcejob.notification" : "ibmceapp.notification";
}

void check_template(const Json& given, const Instance& instance, const Destination& destination) {
  const auto id = text_if_given(given, "template_id_notification", {1, 64});
  if (!id) return;
  const Template* found = find_by_id(instance.templates, *id);
  if (found == nullptr) refuse("no such template");
  if (found->type != template_type_of(destination)) {
    refuse("the template is for another type of destination");
  }
}

// What a destination's type allows.
Json check_attributes(const Json& body, const Instance& instance, const Destination& destination) {
  Json given = body.value("attributes", Json::object());
  if (!given.is_object()) refuse("attributes must be an object");
  check_template(given, instance, destination);
  if (destination.type != "webhook") {
    refuse_unknown(given, {"template_id_notification"});
    return given;
  }
  refuse_unknown(given,
                 {"signing_enabled", "add_notification_payload", "template_id_notification"});
  given["signing_enabled"] = flag_if_given(given, "signing_enabled").value_or(false);
  given["add_notification_payload"] =
      flag_if_given(given, "add_notification_payload").value_or(true);
  return given;
}

Subscription make_subscription(Instance& instance, const Json& body, World& world) {
  refuse_unknown(body, {"name", "description", "destination_id", "topic_id", "attributes"});
  Subscription made{.id = world.ids.uuid(),
                    .name = text(body, "name", kName),
                    .description = text_if_given(body, "description", kDescription).value_or(""),
                    .topic_id = text(body, "topic_id", {1, 64}),
                    .destination_id = text(body, "destination_id", {1, 64}),
                    .updated_at = timestamp(world)};
  refuse_taken_name(instance.subscriptions, made.name, made.id, world);
  refuse_more_subscriptions(instance);
  if (find_by_id(instance.topics, made.topic_id) == nullptr) refuse("no such topic");
  const Destination* destination = find_by_id(instance.destinations, made.destination_id);
  if (destination == nullptr) refuse("no such destination");
  made.attributes = check_attributes(body, instance, *destination);
  return made;
}

void change_subscription(Instance& instance, Subscription& subscription, const Json& body,
                         World& world) {
  refuse_unknown(body, {"name", "description", "attributes"});
  const std::string name = text_if_given(body, "name", kName).value_or(subscription.name);
  refuse_taken_name(instance.subscriptions, name, subscription.id, world);
  const std::string description =
      text_if_given(body, "description", kDescription).value_or(subscription.description);
  const Destination* destination = find_by_id(instance.destinations, subscription.destination_id);
  if (body.contains("attributes") && destination != nullptr) {
    subscription.attributes = check_attributes(body, instance, *destination);
  }
  subscription.name = name;
  subscription.description = description;
  subscription.updated_at = timestamp(world);
}

}  // namespace

void mount_subscriptions(const Mount& mount) {
  World& world = mount.world;
  mount.on("POST", "/subscriptions",
           [&world](Instance& instance, const Request& request, const Params&) {
             instance.subscriptions.push_back(
                 make_subscription(instance, parse_json_object(request), world));
             return Response::json(201, detail_view(instance, instance.subscriptions.back()));
           });
  mount.on("GET", "/subscriptions",
           [&world](Instance& instance, const Request& request, const Params&) {
             std::vector<Json> items;
             for (const Subscription& one : instance.subscriptions) {
               items.push_back(item_view(instance, one));
             }
             return list_page(request, "subscriptions", items, world);
           });
  mount.on("GET", "/subscriptions/{id}",
           [](Instance& instance, const Request&, const Params& params) {
             const auto& found = item_of(instance.subscriptions, params, "subscription");
             return Response::json(200, detail_view(instance, found));
           });
  mount.on("PATCH", "/subscriptions/{id}",
           [&world](Instance& instance, const Request& request, const Params& params) {
             auto& found = item_of(instance.subscriptions, params, "subscription");
             change_subscription(instance, found, parse_json_object(request), world);
             return Response::json(200, detail_view(instance, found));
           });
  mount.on("DELETE", "/subscriptions/{id}",
           [](Instance& instance, const Request&, const Params& params) {
             item_of(instance.subscriptions, params, "subscription");
             erase_by_id(instance.subscriptions, params.at("id"));
             return Response::empty(204);
           });
}

}  // namespace localcloud::en

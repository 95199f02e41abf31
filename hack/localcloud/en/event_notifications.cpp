#include "hack/localcloud/en/event_notifications.h"

#include "hack/localcloud/en/plan.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"

namespace localcloud {
namespace {

std::string guid_of(const std::string& crn) {
  return parse_crn(crn).value_or(Crn{}).instance;
}

Response answer(const en::Refusal& refusal, const std::string& trace) {
  return ibm_error(refusal.status, refusal.code, refusal.message, trace);
}

void declare_switches(Switches& switches) {
  switches.declare("en_page_size", 10, "elements of a list page when no limit is asked for",
                   from_to(1, 100));
  switches.declare("en_sensitive_headers", "masked",
                   "values of sensitive headers on read: masked, omitted or plain",
                   one_of({"masked", "omitted", "plain"}));
  switches.declare("en_refuse_delete_in_use", true,
                   "whether topics and destinations with subscriptions stay; else those go too");
  switches.declare("en_name_conflict_status", 409, "status of a name that is in use",
                   refusal_status());
  switches.declare("en_source_type", "secrets-manager",
                   "type of the source that a Secrets Manager instance becomes",
                   one_of({"secrets-manager", "secrets_manager"}));
  switches.declare("en_most_sources", 50, "sources of a topic", from_to(1, 1000));
  switches.declare("en_most_rules", 50, "rules of a topic's source", from_to(1, 1000));
  switches.declare("en_test_event_data", true, "whether a destination's test event has data");
  en::declare_plan_switches(switches);
  switches.declare("en_unauthorized_source_status", 403,
                   "status of a registration without an authorization", refusal_status());
  switches.declare("en_cross_region_sources", true,
                   "whether a source's instance may be in another region");
  switches.declare("en_event_type_pattern", false,
                   "whether event_type_filter is held to its narrow published pattern");
}

}  // namespace

EventNotifications::EventNotifications(World& world)
    : world_(world),
      signing_(world),
      worker_(world, signing_),
      fan_out_(world, worker_),
      timer_(world, instances_, fan_out_),
      batcher_(world, [this](const Json& event) { dispatch(event); }) {
  declare_switches(world.switches);
  add_instance(world.seed.en_crn());
  const en::Mount mount{router_, world_, instances_};
  en::mount_sources(mount);
  en::mount_topics(mount, timer_);
  en::mount_destinations(mount, signing_);
  en::mount_subscriptions(mount);
  en::mount_templates(mount);
  en::mount_integrations(mount);
  en::mount_notifications(mount, fan_out_);
}

Response EventNotifications::handle(const Request& request) {
  const std::string trace = request.header("x-correlation-id");
  if (world_.authority != nullptr) {
    if (auto refused = world_.authority->refuse(request)) return *std::move(refused);
  }
  try {
    if (auto response = router_.route(request)) return *std::move(response);
  } catch (const en::Refusal& refusal) {
    return answer(refusal, trace);
  }
  return ibm_error(404, "not_found", "no such path", trace);
}

void EventNotifications::publish(SecretEvent event) {
  batcher_.add(std::move(event));
}

bool EventNotifications::register_source(const std::string& sm_crn, const std::string& en_crn,
                                         const std::string& name, const std::string& description) {
  const auto found = instances_.find(guid_of(en_crn));
  if (found == instances_.end() || found->second.suspended) return false;
  refuse_source(sm_crn, en_crn);
  auto& [guid, instance] = *found;
  // One Secrets Manager instance is bound to one instance of this service.
  for (auto& [other_guid, other] : instances_) {
    if (other_guid != guid) en::remove_source(other, sm_crn);
  }
  const std::string now = rfc3339(world_.clock.now());
  en::Source* source = en::find_by_id(instance.sources, sm_crn);
  if (source == nullptr) {
    source = &instance.sources.emplace_back(
        en::Source{.id = sm_crn,
                   .type = world_.switches.value("en_source_type").get<std::string>(),
                   .created_at = now});
  }
  source->name = name;
  source->description = description;
  source->updated_at = now;
  return true;
}

void EventNotifications::refuse_source(const std::string& sm_crn, const std::string& en_crn) const {
  const Switches& switches = world_.switches;
  const bool same_region =
      parse_crn(sm_crn).value_or(Crn{}).region == parse_crn(en_crn).value_or(Crn{}).region;
  if (!same_region && !switches.on("en_cross_region_sources")) {
    throw HttpError{ibm_error(400, "bad_request", "The instances are in two regions.", {})};
  }
  const Authorizations* authorizations = world_.authorizations;
  if (authorizations == nullptr || authorizations->allows(sm_crn, en_crn, "Event Source Manager")) {
    return;
  }
  throw HttpError{ibm_error(switches.value("en_unauthorized_source_status").get<int>(), "forbidden",
                            "No authorization lets the instance be an event source.", {})};
}

void EventNotifications::unregister_source(const std::string& sm_crn) {
  for (auto& [guid, instance] : instances_) en::remove_source(instance, sm_crn);
}

void EventNotifications::add_instance(const std::string& en_crn, const std::string& plan) {
  const auto added = instances_.try_emplace(guid_of(en_crn), en::make_instance(en_crn, world_));
  added.first->second.plan = plan;
}

void EventNotifications::suspend_instance(const std::string& en_crn, bool suspended) {
  const auto found = instances_.find(guid_of(en_crn));
  if (found != instances_.end()) found->second.suspended = suspended;
}

// To the instance where the event's source is registered; nowhere when it is not.
void EventNotifications::dispatch(const Json& event) {
  const auto source_id = event.at("ibmensourceid").get<std::string>();
  for (auto& [guid, instance] : instances_) {
    if (en::find_by_id(instance.sources, source_id) != nullptr) fan_out_.take_in(instance, event);
  }
}

Json EventNotifications::flush() {
  const std::size_t dispatched = batcher_.flush();
  worker_.release_held();
  return {{"dispatched", dispatched}};
}

void EventNotifications::control_notifications(const Json& order) {
  try {
    worker_.disturb(order);
  } catch (const en::Refusal& refusal) {
    throw HttpError{answer(refusal, "localcloud")};
  }
}

}  // namespace localcloud

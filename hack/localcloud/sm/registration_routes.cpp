#include "hack/localcloud/sm/events.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"

// One Secrets Manager instance tells at most one Event Notifications instance.
namespace localcloud::sm {
namespace {

Json registration_view(const Instance& instance) {
  return {{"event_notifications_instance_crn", instance.event_notifications_crn}};
}

void require_registration(const Instance& instance) {
  if (instance.event_notifications_crn.empty()) {
    refuse(404, "The instance is not registered with Event Notifications.");
  }
}

// A second registration replaces the first.
Response create_registration(Instance& instance, const Request& request) {
  const Json body = parse_json_object(request);
  const Fields fields(body);
  const std::string crn = fields.text("event_notifications_instance_crn", {9, 512});
  const std::string name = fields.text("event_notifications_source_name", {2, 256});
  const std::string description =
      fields.maybe_text("event_notifications_source_description", {0, 1024}).value_or("");
  if (crn.rfind("crn:v", 0) != 0) refuse(400, "'event_notifications_instance_crn' must be a CRN.");
  EventSink* sink = instance.world.events;
  if (sink == nullptr || !sink->register_source(instance.own_crn, crn, name, description)) {
    refuse(instance.world.switches.value("sm_unknown_event_notifications_status"),
           "There is no such Event Notifications instance.");
  }
  instance.event_notifications_crn = crn;
  return Response::json(201, registration_view(instance));
}

Response delete_registration(Instance& instance) {
  require_registration(instance);
  instance.world.events->unregister_source(instance.own_crn);
  instance.event_notifications_crn.clear();
  return Response::empty(204);
}

Response send_test_event(Instance& instance) {
  require_registration(instance);
  publish_test_event(instance);
  const int status = instance.world.switches.value("sm_test_event_status");
  return status == 204 ? Response::empty(204) : Response::json(status, Json::object());
}

}  // namespace

void add_registration_routes(Router& router, Instance& instance) {
  const std::string path = "/api/v2/notifications/registration";
  router.on("POST", path, [&instance](const Request& request, const Params&) {
    return create_registration(instance, request);
  });
  router.on("GET", path, [&instance](const Request&, const Params&) {
    require_registration(instance);
    return Response::json(200, registration_view(instance));
  });
  router.on("DELETE", path,
            [&instance](const Request&, const Params&) { return delete_registration(instance); });
  router.on("GET", path + "/test",
            [&instance](const Request&, const Params&) { return send_test_event(instance); });
}

}  // namespace localcloud::sm

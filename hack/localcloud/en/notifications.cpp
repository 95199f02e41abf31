#include "hack/localcloud/en/fan_out.h"
#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"
#include "hack/localcloud/frame/url.h"

namespace localcloud::en {
namespace {

constexpr std::size_t kLargest = 64U << 10;

// CloudEvents' binary mode: the attributes in ce-* headers, percent-encoded, and data as the body.
Json read_binary(const Request& request) {
  Json event = Json::object();
  for (const auto& [name, value] : request.headers) {
    if (name.rfind("ce-", 0) != 0) continue;
    const auto decoded = percent_decode(value);
    if (!decoded) refuse("the header " + name + " is not readable");
    event[name.substr(3)] = *decoded;
  }
  event["datacontenttype"] = "application/json";
  if (!request.body.empty()) event["data"] = parse_json_object(request);
  return event;
}

Json read_event(const Request& request) {
  if (request.body.size() > kLargest) refuse(413, "too_large", "an event has at most 64 KB");
  const bool is_binary = !request.header("ce-specversion").empty();
  Json event = is_binary ? read_binary(request) : parse_json_object(request);
  for (const char* name : {"id", "source", "type", "ibmensourceid"}) text(event, name, {1, 512});
  if (text(event, "specversion", {1, 8}) != "1.0") refuse("specversion must be 1.0");
  const auto type = text_if_given(event, "datacontenttype", {1, 64});
  if (type.value_or("application/json") != "application/json") {
    refuse("datacontenttype must be application/json");
  }
  return event;
}

Response test_destination(const Destination& destination, const std::string& notification_id) {
  // The attempt is still under way when this is answered.
  Json body{{"status", "inprogress"}, {"notification_id", notification_id}};
  if (destination.type == "webhook") body["destination_type"] = destination.type;
  return Response::json(201, body);
}

}  // namespace

void mount_notifications(const Mount& mount, FanOut& fan_out) {
  mount.on(
      "POST", "/notifications",
      [&fan_out](Instance& instance, const Request& request, const Params&) {
        Json event = read_event(request);
        if (find_by_id(instance.sources, event.at("ibmensourceid").get<std::string>()) == nullptr) {
          refuse(400, "wrong_source_id", "Incorrect source id");
        }
        const std::string id = fan_out.take_in(instance, std::move(event));
        return Response::json(202, {{"notification_id", id}});
      });
  mount.on("GET", "/notifications/{id}",
           [&fan_out](Instance& instance, const Request&, const Params& params) {
             const Json state = fan_out.state_of(instance, params.at("id"));
             if (state.is_null()) refuse(404, "not_found", "no such notification");
             return Response::json(200, state);
           });
  mount.on("POST", "/destinations/{id}/test",
           [&fan_out](Instance& instance, const Request&, const Params& params) {
             const auto& destination = item_of(instance.destinations, params, "destination");
             if (destination.built_in()) refuse("this destination cannot be tested");
             return test_destination(destination, fan_out.test(instance, destination));
           });
}

}  // namespace localcloud::en

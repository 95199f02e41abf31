#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>

#include "hack/localcloud/en/job_destination.h"
#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/multipart.h"
#include "hack/localcloud/en/plan.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"
#include "hack/localcloud/en/signing.h"
#include "hack/localcloud/en/view.h"
#include "hack/localcloud/frame/address.h"
#include "hack/localcloud/frame/characters.h"

namespace localcloud::en {
namespace {

constexpr Length kName{1, 255};
constexpr Length kDescription{0, 255};
constexpr std::size_t kLongestConfig = 64U << 10;
constexpr std::size_t kMostHeaders = 50;

// Go and Node send "true", Python "True".
bool parse_flag(const std::string& text) {
  const std::string lower = lowercase(text);
  if (lower != "true" && lower != "false") refuse("collect_failed_events must be true or false");
  return lower == "true";
}

Json parse_config(const std::string& text) {
  if (text.size() > kLongestConfig) refuse("config is too large");
  const Json config = parse_json_object({.body = text});
  const auto params = config.find("params");
  if (params == config.end() || !params->is_object()) refuse("config.params is required");
  return *params;
}

// The form as the JSON object that it would be elsewhere; config becomes its params.
Json read_form(const Request& request) {
  Json form = Json::object();
  try {
    for (const auto& [name, value] :
         parse_multipart(request.header("content-type"), request.body)) {
      if (name == "config") {
        form["params"] = parse_config(value);
      } else if (name == "collect_failed_events") {
        form[name] = parse_flag(value);
      } else if (name == "name" || name == "type" || name == "description") {
        form[name] = value;
      } else {
        refuse("unknown part " + name);
      }
    }
  } catch (const std::invalid_argument& fault) {
    refuse(fault.what());
  }
  return form;
}

void refuse_bad_header_name(const std::string& name) {
  static constexpr const char* kOurs[] = {"host", "content-length", "transfer-encoding",
                                          "connection"};
  const std::string lower = lowercase(name);
  const bool token =
      !name.empty() && name.size() <= 128 &&
      std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-_.").find(static_cast<char>(c)) != std::string_view::npos;
      });
  if (!token || std::find(std::begin(kOurs), std::end(kOurs), lower) != std::end(kOurs)) {
    refuse("custom_headers holds a name that cannot be sent");
  }
}

void check_headers(const Json& params) {
  const Json custom = params.value("custom_headers", Json::object());
  if (!custom.is_object() || custom.size() > kMostHeaders) {
    refuse("custom_headers must be an object of at most 50 strings");
  }
  for (const auto& [name, value] : custom.items()) {
    refuse_bad_header_name(name);
    text(custom, name, {0, 4096});
  }
  const Json sensitive = params.value("sensitive_headers", Json::array());
  if (!sensitive.is_array()) refuse("sensitive_headers must be an array of strings");
  for (const Json& name : sensitive) {
    if (!name.is_string() || !custom.contains(name.get<std::string>())) {
      refuse("sensitive_headers must name custom headers");
    }
  }
}

// A plain http address is good for this machine only: what runs locally has no certificate.
void check_url(const Json& params) {
  const auto address = parse_address(text(params, "url", {1, 2048}));
  if (!address) refuse("url is not an address");
  if (address->scheme != "https" && !address->is_loopback()) refuse("url must begin with https");
}

void check_verb(const Json& params, std::initializer_list<const char*> verbs) {
  const std::string verb = lowercase(text(params, "verb", {1, 16}));
  const bool known =
      std::any_of(verbs.begin(), verbs.end(), [&](const char* one) { return verb == one; });
  if (!known) refuse("verb is not one that this destination knows");
}

void check_code_engine(const Json& params) {
  const std::string type = text(params, "type", {1, 32});
  if (type == "job") {
    refuse_unknown(params, {"type", "project_crn", "job_name"});
    text(params, "project_crn", {1, 512});
    text(params, "job_name", {1, 63});
    return;
  }
  if (type != "application") refuse("type must be application or job");
  refuse_unknown(params, {"type", "url", "verb", "custom_headers", "sensitive_headers"});
  check_url(params);
  check_verb(params, {"get", "post"});
  check_headers(params);
}

void check_webhook(const Json& params) {
  refuse_unknown(params, {"url", "verb", "custom_headers", "sensitive_headers"});
  check_url(params);
  check_verb(params, {"get", "post", "put", "patch"});
  check_headers(params);
}

void check_params(const std::string& type, const Json& params) {
  if (type == "ibmce") return check_code_engine(params);
  if (type == "webhook") return check_webhook(params);
  refuse("the local cloud knows destinations of type ibmce and webhook");
}

Destination make_destination(const Json& form, World& world) {
  Destination made{.id = world.ids.uuid(),
                   .name = text(form, "name", kName),
                   .description = text_if_given(form, "description", kDescription).value_or(""),
                   .type = text(form, "type", {1, 64}),
                   .params = form.value("params", Json::object()),
                   .collect_failed_events = form.value("collect_failed_events", false),
                   .created_at = timestamp(world),
                   .updated_at = timestamp(world)};
  check_params(made.type, made.params);
  return made;
}

// The params are replaced as a whole: what is masked on read cannot be sent back.
Destination changed(Destination destination, const Json& form, World& world) {
  if (destination.built_in()) refuse("a built-in destination cannot be changed");
  if (form.contains("type")) refuse("the type cannot be changed");
  destination.name = text_if_given(form, "name", kName).value_or(destination.name);
  destination.description =
      text_if_given(form, "description", kDescription).value_or(destination.description);
  destination.collect_failed_events =
      form.value("collect_failed_events", destination.collect_failed_events);
  if (form.contains("params")) destination.params = form.at("params");
  check_params(destination.type, destination.params);
  destination.updated_at = timestamp(world);
  return destination;
}

void erase_destination(Instance& instance, const Destination& destination, World& world) {
  const std::string id = destination.id;
  if (destination.built_in()) refuse("a built-in destination cannot be deleted");
  const auto uses = [&](const Subscription& one) { return one.destination_id == id; };
  auto& all = instance.subscriptions;
  if (world.switches.on("en_refuse_delete_in_use") && std::any_of(all.begin(), all.end(), uses)) {
    refuse(409, "in_use", "the destination has subscriptions");
  }
  std::erase_if(all, uses);
  erase_by_id(instance.destinations, id);
}

std::string secrecy(const World& world) {
  return world.switches.value("en_sensitive_headers").get<std::string>();
}

}  // namespace

void mount_destinations(const Mount& mount, Signing& signing) {
  World& world = mount.world;
  mount.on("POST", "/destinations",
           [&world](Instance& instance, const Request& request, const Params&) {
             const Destination made = make_destination(read_form(request), world);
             refuse_unauthorized_job(world, instance.crn, made);
             refuse_taken_name(instance.destinations, made.name, made.id, world);
             refuse_more_destinations(instance);
             instance.destinations.push_back(made);
             return Response::json(201, created_view(made, secrecy(world)));
           });
  mount.on("GET", "/destinations",
           [&world](Instance& instance, const Request& request, const Params&) {
             std::vector<Json> items;
             for (const Destination& one : instance.destinations) {
               items.push_back(item_view(instance, one));
             }
             return list_page(request, "destinations", items, world);
           });
  mount.on("GET", "/destinations/{id}",
           [&world](Instance& instance, const Request&, const Params& params) {
             const auto& found = item_of(instance.destinations, params, "destination");
             return Response::json(200, detail_view(instance, found, secrecy(world)));
           });
  mount.on("PATCH", "/destinations/{id}",
           [&world](Instance& instance, const Request& request, const Params& params) {
             auto& found = item_of(instance.destinations, params, "destination");
             Destination next = changed(found, read_form(request), world);
             refuse_unauthorized_job(world, instance.crn, next);
             refuse_taken_name(instance.destinations, next.name, next.id, world);
             found = std::move(next);
             return Response::json(200, detail_view(instance, found, secrecy(world)));
           });
  mount.on("GET", "/destinations/{id}/public_key",
           [&signing](Instance& instance, const Request&, const Params& params) {
             const auto& found = item_of(instance.destinations, params, "destination");
             if (found.type != "webhook") refuse("only webhook destinations sign");
             return Response::json(200, {{"public_key", signing.public_key(found.id)}});
           });
  mount.on("DELETE", "/destinations/{id}",
           [&world, &signing](Instance& instance, const Request&, const Params& params) {
             erase_destination(instance, item_of(instance.destinations, params, "destination"),
                               world);
             signing.forget(params.at("id"));
             return Response::empty(204);
           });
}

}  // namespace localcloud::en

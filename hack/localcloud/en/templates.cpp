#include <openssl/evp.h>

#include <algorithm>

#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"

// Texts that replace what is delivered.
namespace localcloud::en {
namespace {

constexpr Length kName{1, 255};
constexpr Length kDescription{0, 255};
constexpr const char* kTypes[] = {"ibmceapp.notification", "ibmcejob.notification",
                                  "webhook.notification"};

std::string from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int size = text.size() % 4 != 0
                       ? -1
                       : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                         reinterpret_cast<const unsigned char*>(text.data()),
                                         static_cast<int>(text.size()));
  if (size < 0) refuse("params.body must be Base64");
  const auto padding = static_cast<std::size_t>(std::count(text.begin(), text.end(), '='));
  bytes.resize(static_cast<std::size_t>(size) - std::min<std::size_t>(padding, 2));
  return bytes;
}

Template read_template(const Json& body, World& world) {
  Template made{.id = world.ids.uuid(),
                .name = text(body, "name", kName),
                .description = text_if_given(body, "description", kDescription).value_or(""),
                .type = text(body, "type", {1, 64}),
                .created_at = timestamp(world),
                .updated_at = timestamp(world)};
  const bool known = std::any_of(std::begin(kTypes), std::end(kTypes),
                                 [&](const char* one) { return made.type == one; });
  if (!known) refuse("the local cloud knows templates for ibmceapp, ibmcejob and webhook");
  const Json params = body.value("params", Json());
  if (!params.is_object()) refuse("params is required");
  made.body = text(params, "body", {4, TemplateText::kLongest * 4 / 3});
  try {
    made.text.emplace(from_base64(made.body));
  } catch (const TemplateError& fault) {
    refuse(std::string("params.body: ") + fault.what());
  }
  return made;
}

Json created_view(const Template& one) {
  return {{"id", one.id},
          {"name", one.name},
          {"description", one.description},
          {"type", one.type},
          {"params", {{"body", one.body}}},
          {"created_at", one.created_at}};
}

bool uses(const Subscription& subscription, const std::string& template_id) {
  return subscription.attributes.value("template_id_notification", "") == template_id;
}

Json view(const Instance& instance, const Template& one) {
  Json names = Json::array();
  for (const Subscription& subscription : instance.subscriptions) {
    if (uses(subscription, one.id)) names.push_back(subscription.name);
  }
  Json view = created_view(one);
  view.erase("created_at");
  view["subscription_count"] = names.size();
  view["subscription_names"] = names;
  view["updated_at"] = one.updated_at;
  return view;
}

void erase_template(Instance& instance, const std::string& id, const World& world) {
  for (Subscription& subscription : instance.subscriptions) {
    if (!uses(subscription, id)) continue;
    if (world.switches.on("en_refuse_delete_in_use")) {
      refuse(409, "in_use", "the template has subscriptions");
    }
    subscription.attributes.erase("template_id_notification");
  }
  erase_by_id(instance.templates, id);
}

// Those of IBM: what they say is not published, so there are none here.
void mount_predefined_templates(const Mount& mount) {
  World& world = mount.world;
  mount.on("GET", "/pre_defined_templates",
           [&world](Instance&, const Request& request, const Params&) {
             return list_page(request, "templates", {}, world);
           });
  mount.on("GET", "/pre_defined_templates/{id}",
           [](Instance&, const Request&, const Params&) -> Response {
             refuse(404, "not_found", "no such predefined template");
           });
}

}  // namespace

void mount_templates(const Mount& mount) {
  mount_predefined_templates(mount);
  World& world = mount.world;
  mount.on("POST", "/templates",
           [&world](Instance& instance, const Request& request, const Params&) {
             const Template made = read_template(parse_json_object(request), world);
             refuse_taken_name(instance.templates, made.name, made.id, world);
             instance.templates.push_back(made);
             return Response::json(201, created_view(made));
           });
  mount.on("GET", "/templates",
           [&world](Instance& instance, const Request& request, const Params&) {
             std::vector<Json> items;
             for (const Template& one : instance.templates) items.push_back(view(instance, one));
             return list_page(request, "templates", items, world);
           });
  mount.on("GET", "/templates/{id}", [](Instance& instance, const Request&, const Params& params) {
    return Response::json(200, view(instance, item_of(instance.templates, params, "template")));
  });
  mount.on("PUT", "/templates/{id}",
           [&world](Instance& instance, const Request& request, const Params& params) {
             Template& old = item_of(instance.templates, params, "template");
             Template made = read_template(parse_json_object(request), world);
             if (made.type != old.type) refuse("the type cannot be changed");
             made.id = old.id;
             made.created_at = old.created_at;
             refuse_taken_name(instance.templates, made.name, made.id, world);
             old = std::move(made);
             return Response::json(200, view(instance, old));
           });
  mount.on("DELETE", "/templates/{id}",
           [&world](Instance& instance, const Request&, const Params& params) {
             const std::string id = item_of(instance.templates, params, "template").id;
             erase_template(instance, id, world);
             return Response::empty(204);
           });
}

}  // namespace localcloud::en

#include "hack/localcloud/en/listing.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/en/resources.h"
#include "hack/localcloud/en/view.h"

namespace localcloud::en {
namespace {

constexpr Length kName{1, 255};
constexpr Length kDescription{0, 255};

Source make_source(const Json& body, World& world) {
  return {.id = world.ids.uuid() + ":api",
          .name = text(body, "name", kName),
          .description = text(body, "description", kDescription),
          .enabled = flag_if_given(body, "enabled").value_or(true),
          .store_notifications = flag_if_given(body, "store_notifications").value_or(false),
          .created_at = timestamp(world),
          .updated_at = timestamp(world)};
}

void change_source(Source& source, const Json& body, const Instance& instance, const World& world) {
  const std::string name = text_if_given(body, "name", kName).value_or(source.name);
  refuse_taken_name(instance.sources, name, source.id, world);
  source.description =
      text_if_given(body, "description", kDescription).value_or(source.description);
  source.enabled = flag_if_given(body, "enabled").value_or(source.enabled);
  source.store_notifications =
      flag_if_given(body, "store_notifications").value_or(source.store_notifications);
  source.name = name;
}

}  // namespace

void remove_source(Instance& instance, const std::string& id) {
  erase_by_id(instance.sources, id);
  for (Topic& topic : instance.topics) erase_by_id(topic.sources, id);
}

void mount_sources(const Mount& mount) {
  World& world = mount.world;
  mount.on("POST", "/sources", [&world](Instance& instance, const Request& request, const Params&) {
    Source source = make_source(parse_json_object(request), world);
    refuse_taken_name(instance.sources, source.name, source.id, world);
    instance.sources.push_back(source);
    return Response::json(201, created_view(source));
  });
  mount.on("GET", "/sources", [&world](Instance& instance, const Request& request, const Params&) {
    std::vector<Json> items;
    for (const Source& source : instance.sources) items.push_back(item_view(instance, source));
    return list_page(request, "sources", items, world);
  });
  mount.on("GET", "/sources/{id}", [](Instance& instance, const Request&, const Params& params) {
    const Source& source = item_of(instance.sources, params, "source");
    return Response::json(200, detail_view(instance, source));
  });
  mount.on("PATCH", "/sources/{id}",
           [&world](Instance& instance, const Request& request, const Params& params) {
             Source& source = item_of(instance.sources, params, "source");
             change_source(source, parse_json_object(request), instance, world);
             source.updated_at = timestamp(world);
             return Response::json(200, detail_view(instance, source));
           });
  mount.on("DELETE", "/sources/{id}", [](Instance& instance, const Request&, const Params& params) {
    const Source& source = item_of(instance.sources, params, "source");
    if (source.type != "api") refuse("only API sources can be deleted here");
    remove_source(instance, params.at("id"));
    return Response::empty(204);
  });
}

}  // namespace localcloud::en

#include "hack/localcloud/ce/documents.h"

#include <iterator>

#include "hack/localcloud/ce/delay.h"
#include "hack/localcloud/ce/page.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/ce/versions.h"

namespace localcloud::ce {
namespace {

// `"1774500211"` and `1774500211` are the same tag.
std::string unquoted(const std::string& tag) {
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') {
    return tag.substr(1, tag.size() - 2);
  }
  return tag;
}

int status_switch(const World& world, const std::string& name) {
  return world.switches.value(name).get<int>();
}

}  // namespace

Documents::Documents(World& world, DocumentKind& kind) : world_(world), kind_(kind) {}

void Documents::declare_switches(Switches& switches) {
  switches.declare("ce_duplicate_status", 409, "status of a create with a name that exists",
                   refusal_status());
  switches.declare("ce_stale_etag_status", 412, "status of a PUT or PATCH with a stale If-Match",
                   refusal_status());
  switches.declare("ce_missing_if_match_status", 400,
                   "status of a PUT or PATCH without If-Match; 0 takes it like *",
                   refusal_status({0}));
  switches.declare("ce_quota_status", 403, "status of a create beyond the quota", refusal_status());
  switches.declare("ce_etag_header", "unquoted", "ETag header: unquoted, quoted or none",
                   one_of({"unquoted", "quoted", "none"}));
  switches.declare("ce_same_content_new_etag", true,
                   "a write of identical content makes a new entity tag");
  switches.declare("ce_read_lag_ms", 0, "how long reads show what was before a write");
  switches.declare("ce_delete_lag_ms", 0, "how long a deleted document stays, and its name");
}

Response Documents::list(const Request& request, const Place& place) const {
  const std::string filters = kind_.filters(request);
  auto items = shelf(place).seen_all(world_.clock.now(), delay(world_, "ce_read_lag_ms"));
  for (auto item = items.begin(); item != items.end();) {
    const bool listed = kind_.listed(item->second, request, place);
    if (listed) {
      kind_.show(item->second, place);
      as_of_version(item->second, request);
    }
    item = listed ? std::next(item) : items.erase(item);
  }
  return Response::json(200, make_page(world_, request, kind_.form().collection, items, place.url,
                                       {.filters = filters}));
}

Response Documents::create(const Request& request, const Json& body, const Place& place) const {
  const std::string name = new_name(body, place);
  Json document = kind_.create(body, place);
  if (shelf(place).current(name) != nullptr) {
    throw Refusal{status_switch(world_, "ce_duplicate_status"), "conflict",
                  "A resource of this name exists already."};
  }
  check_room(place);
  document.update(common_members(name, place));
  shelf(place).put(name, document, world_.clock.now());
  kind_.kept(Json(), document, place);
  return shown(kind_.form().created_status, *shelf(place).current(name), request, place);
}

Response Documents::get(const Request& request, const std::string& name, const Place& place) const {
  auto document = shelf(place).seen(name, world_.clock.now(), delay(world_, "ce_read_lag_ms"));
  if (!document || !kind_.reached(*document, place)) throw not_found();
  return shown(200, std::move(*document), request, place);
}

Response Documents::change(const Request& request, const Json& body, const std::string& name,
                           const Place& place) const {
  const Json* current = shelf(place).current(name);
  if (current == nullptr) throw not_found();
  check_entity_tag(request, *current);
  const Json before = *current;
  Json document = before;
  const Json changes = kind_.change(before, body, place);
  for (const auto& [member, value] : changes.items()) {
    if (value.is_null()) {
      document.erase(member);
    } else {
      document[member] = value;
    }
  }
  if (document != before || world_.switches.on("ce_same_content_new_etag")) {
    document["entity_tag"] = world_.ids.entity_tag();
    shelf(place).put(name, document, world_.clock.now());
    kind_.kept(before, document, place);
  }
  return shown(200, *shelf(place).current(name), request, place);
}

Response Documents::erase(const Request& request, const std::string& name,
                          const Place& place) const {
  const Json* current = shelf(place).current(name);
  if (current == nullptr || !kind_.reached(*current, place)) throw not_found();
  kind_.erasing(Json(*current), request, place);
  const Time now = world_.clock.now();
  shelf(place).erase(name, now + delay(world_, "ce_delete_lag_ms"));
  shelf(place).settle(now);
  return Response::empty(202);
}

Shelf& Documents::shelf(const Place& place) const {
  return place.project.shelf(kind_.form().collection);
}

std::string Documents::new_name(const Json& body, const Place& place) const {
  const NameRule* const rule = kind_.form().rule;
  if (rule == nullptr) return world_.ids.uuid();
  if (member(body, "name") == nullptr) return kind_.generated_name(body, place);
  std::string name = required_string(body, "name");
  check_name(*rule, name);
  return name;
}

void Documents::check_room(const Place& place) const {
  const auto counted = [this](const Json& document) { return kind_.counts(document); };
  if (shelf(place).names(counted).size() < kind_.form().quota) return;
  throw Refusal{status_switch(world_, "ce_quota_status"), "quota_exceeded",
                "The project has reached its quota of " + std::to_string(kind_.form().quota) + "."};
}

Json Documents::common_members(const std::string& name, const Place& place) const {
  const Form& form = kind_.form();
  Json members = {{"id", form.rule == nullptr ? name : world_.ids.uuid()},
                  {"created_at", rfc3339(world_.clock.now())},
                  {"href", place.url + "/" + name},
                  {"project_id", place.project.id},
                  {"region", place.project.region}};
  if (form.rule != nullptr) members["name"] = name;
  if (form.tagged) members["entity_tag"] = world_.ids.entity_tag();
  if (!form.resource_type.empty()) members["resource_type"] = form.resource_type;
  return members;
}

void Documents::check_entity_tag(const Request& request, const Json& current) const {
  const std::string tag = unquoted(request.header("if-match"));
  if (tag.empty()) {
    const int status = status_switch(world_, "ce_missing_if_match_status");
    if (status == 0) return;
    throw Refusal{status, "missing_if_match", "The header If-Match is missing."};
  }
  if (tag != "*" && current.at("entity_tag") != tag) {
    throw Refusal{status_switch(world_, "ce_stale_etag_status"), "precondition_failed",
                  "The entity tag is not that of the current version."};
  }
}

Response Documents::shown(int status, Json document, const Request& request,
                          const Place& place) const {
  kind_.show(document, place);
  as_of_version(document, request);
  Response response = Response::json(status, document);
  if (!kind_.form().tagged) return response;
  const std::string tag = document.at("entity_tag").get<std::string>();
  const std::string form = world_.switches.value("ce_etag_header").get<std::string>();
  if (form == "unquoted") response.headers.emplace_back("ETag", tag);
  if (form == "quoted") response.headers.emplace_back("ETag", '"' + tag + '"');
  return response;
}

}  // namespace localcloud::ce

#include "hack/localcloud/ce/documents.h"

#include <algorithm>
#include <iterator>

#include "hack/localcloud/ce/page.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kQuota = 100;
constexpr std::int64_t kLongestLag = 3'600'000;

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
  switches.declare("ce_stale_etag_status", 412, "status of a PUT with a stale If-Match",
                   refusal_status());
  switches.declare("ce_missing_if_match_status", 400,
                   "status of a PUT without If-Match; 0 takes it like *", refusal_status({0}));
  switches.declare("ce_quota_status", 403, "status of a create beyond the quota", refusal_status());
  switches.declare("ce_etag_header", "unquoted", "ETag header: unquoted, quoted or none",
                   one_of({"unquoted", "quoted", "none"}));
  switches.declare("ce_same_content_new_etag", true,
                   "a PUT of identical content makes a new entity tag");
  switches.declare("ce_read_lag_ms", 0, "how long reads show what was before a write");
  switches.declare("ce_delete_lag_ms", 0, "how long a deleted document stays, and its name");
}

Response Documents::list(const Request& request, const Place& place) const {
  const std::string filters = kind_.filters(request);
  auto items = place.shelf.seen_all(world_.clock.now(), lag("ce_read_lag_ms"));
  for (auto item = items.begin(); item != items.end();) {
    item = kind_.list(item->second, request) ? std::next(item) : items.erase(item);
  }
  return Response::json(200,
                        make_page(world_, request, kind_.collection(), items, place.url, filters));
}

Response Documents::create(const Request&, const Json& body, const Place& place) const {
  const std::string name = required_string(body, "name");
  if (!valid_document_name(name)) {
    throw invalid("The name is not a lower-case DNS name of 1 to 253 characters.");
  }
  Json document = kind_.create(body);
  if (place.shelf.current(name) != nullptr) {
    throw Refusal{status_switch(world_, "ce_duplicate_status"), "conflict",
                  "A resource of this name exists already."};
  }
  if (place.shelf.size() >= kQuota) {
    throw Refusal{status_switch(world_, "ce_quota_status"), "quota_exceeded",
                  "The project has reached its quota of 100."};
  }
  const Time now = world_.clock.now();
  document.update({{"name", name},
                   {"id", world_.ids.uuid()},
                   {"entity_tag", world_.ids.entity_tag()},
                   {"created_at", rfc3339(now)},
                   {"href", place.url + "/" + name},
                   {"project_id", place.project_id},
                   {"region", place.region}});
  place.shelf.put(name, document, now);
  return shown(201, document);
}

Response Documents::get(const std::string& name, const Place& place) const {
  const auto document = place.shelf.seen(name, world_.clock.now(), lag("ce_read_lag_ms"));
  if (!document) throw not_found();
  return shown(200, *document);
}

Response Documents::replace(const Request& request, const Json& body, const std::string& name,
                            const Place& place) const {
  const Json* current = place.shelf.current(name);
  if (current == nullptr) throw not_found();
  check_entity_tag(request, *current);
  Json document = *current;
  document.update(kind_.replace(*current, body));
  if (document != *current || world_.switches.on("ce_same_content_new_etag")) {
    document["entity_tag"] = world_.ids.entity_tag();
    place.shelf.put(name, document, world_.clock.now());
  }
  return shown(200, document);
}

Response Documents::erase(const std::string& name, const Place& place) const {
  if (place.shelf.current(name) == nullptr) throw not_found();
  const Time now = world_.clock.now();
  place.shelf.erase(name, now + lag("ce_delete_lag_ms"));
  place.shelf.settle(now);
  return Response::empty(202);
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

Response Documents::shown(int status, const Json& document) const {
  Response response = Response::json(status, document);
  const std::string tag = document.at("entity_tag").get<std::string>();
  const std::string form = world_.switches.value("ce_etag_header").get<std::string>();
  if (form == "unquoted") response.headers.emplace_back("ETag", tag);
  if (form == "quoted") response.headers.emplace_back("ETag", '"' + tag + '"');
  return response;
}

Shelf::Lag Documents::lag(const std::string& switch_name) const {
  return Shelf::Lag(std::clamp<std::int64_t>(world_.switches.value(switch_name).get<std::int64_t>(),
                                             0, kLongestLag));
}

}  // namespace localcloud::ce

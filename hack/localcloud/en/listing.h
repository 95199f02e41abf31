#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/en/model.h"
#include "hack/localcloud/en/refusal.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// One page of a list, by the request's limit, offset and search (part of the name, any case).
// `next` is missing on the last page: SDK pagers end there.
Response list_page(const Request& request, const std::string& items_name,
                   const std::vector<Json>& items, const World& world);

// The request's instance; 404 when there is none of that GUID.
Instance& instance_of(Instances& instances, const Params& params);

// The item that the path names; 404 when there is none.
template <typename Item>
Item& item_of(std::vector<Item>& items, const Params& params, const std::string& kind) {
  Item* found = find_by_id(items, params.at("id"));
  if (found == nullptr) refuse(404, "not_found", "no such " + kind);
  return *found;
}

// When another item has that name already: 409, or what the switch says.
template <typename Item>
void refuse_taken_name(const std::vector<Item>& items, const std::string& name,
                       const std::string& own_id, const World& world) {
  const bool taken = std::any_of(items.begin(), items.end(), [&](const Item& item) {
    return item.name == name && item.id != own_id;
  });
  const int status = world.switches.value("en_name_conflict_status").get<int>();
  if (taken) refuse(status, "name_conflict", "the name is already in use");
}

inline std::string timestamp(const World& world) {
  return rfc3339(world.clock.now());
}

}  // namespace localcloud::en

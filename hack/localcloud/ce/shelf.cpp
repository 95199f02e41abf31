#include "hack/localcloud/ce/shelf.h"

namespace localcloud::ce {

const Json* Shelf::current(const std::string& name) const {
  const auto found = items_.find(name);
  return found == items_.end() ? nullptr : &found->second.document;
}

std::vector<std::string> Shelf::names(const std::function<bool(const Json&)>& condition) const {
  std::vector<std::string> found;
  for (const auto& [name, item] : items_) {
    if (condition(item.document)) found.push_back(name);
  }
  return found;
}

void Shelf::each(const std::function<void(const Json&)>& look) const {
  for (const auto& [name, item] : items_) look(item.document);
}

std::optional<Json> Shelf::seen_of(const Item& item, Time now, Lag lag) {
  if (now < item.changed + lag) return item.before;
  return item.document;
}

std::optional<Json> Shelf::seen(const std::string& name, Time now, Lag lag) const {
  const auto found = items_.find(name);
  if (found == items_.end()) return std::nullopt;
  return seen_of(found->second, now, lag);
}

std::map<std::string, Json> Shelf::seen_all(Time now, Lag lag) const {
  std::map<std::string, Json> all;
  for (const auto& [name, item] : items_) {
    if (auto document = seen_of(item, now, lag)) all.emplace(name, std::move(*document));
  }
  return all;
}

void Shelf::put(const std::string& name, Json document, Time now) {
  const auto [place, fresh] = items_.try_emplace(name);
  Item& item = place->second;
  if (!fresh) item.before = std::move(item.document);
  item.document = std::move(document);
  item.changed = now;
}

void Shelf::amend(const std::string& name, Json document) {
  const auto found = items_.find(name);
  if (found != items_.end()) found->second.document = std::move(document);
}

void Shelf::erase(const std::string& name, Time when) {
  const auto found = items_.find(name);
  if (found != items_.end()) found->second.gone = when;
}

bool Shelf::leaves(const std::string& name) const {
  const auto found = items_.find(name);
  return found != items_.end() && found->second.gone.has_value();
}

void Shelf::settle(Time now) {
  std::erase_if(
      items_, [now](const auto& entry) { return entry.second.gone && *entry.second.gone <= now; });
}

}  // namespace localcloud::ce

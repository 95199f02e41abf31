#include "controller/engine/survey.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace certloop {
namespace {

Place manager_of(const v1::Source& source) {
  return {source.manager->endpoint, {}};
}

Place project_of(const v1::Target& target) {
  return {target.project->endpoint, target.project->id};
}

bool is_in(const v1::Target& target, const Place& project) {
  return target.project->id == project.project_id && target.project->endpoint == project.endpoint;
}

// Lines by what bindings name them: the id, or type and name (unique in an instance).
class LinesByName {
 public:
  explicit LinesByName(const SourceLines& lines) {
    for (const SourceLine& line : lines) {
      by_id_.emplace(line.id, &line);
      by_name_.emplace(TypeAndName(line.type, line.name), &line);
    }
  }
  const SourceLine* find(const v1::Source& source) const {
    if (!source.id.empty()) return found(by_id_, source.id);
    return found(by_name_, TypeAndName(to_string(source.type), source.name));
  }

 private:
  using TypeAndName = std::pair<std::string_view, std::string_view>;
  template <class Map, class Key>
  static const SourceLine* found(const Map& map, const Key& key) {
    const auto line = map.find(key);
    return line == map.end() ? nullptr : line->second;
  }
  std::map<std::string_view, const SourceLine*> by_id_;
  std::map<TypeAndName, const SourceLine*> by_name_;
};

}  // namespace

void Survey::replace(std::shared_ptr<const v1::Binding> binding) {
  forget(binding->id);
  Entry& entry = entries_[binding->id];
  users_[manager_of(binding->source)].push_back(&entry);
  for (const v1::Target& target : binding->targets) {
    std::vector<Entry*>& users = users_[project_of(target)];
    if (users.empty() || users.back() != &entry) users.push_back(&entry);
  }
  entry.binding = std::move(binding);
}

void Survey::forget(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  const v1::Binding& binding = *found->second.binding;
  std::erase(users_.at(manager_of(binding.source)), &found->second);
  for (const v1::Target& target : binding.targets) {
    std::erase(users_.at(project_of(target)), &found->second);
  }
  entries_.erase(found);
  std::erase_if(users_, [](const auto& users) { return users.second.empty(); });
  std::erase_if(blind_, [this](const Place& place) { return users_.count(place) == 0; });
}

std::map<Place, std::chrono::seconds> Survey::places() const {
  std::map<Place, std::chrono::seconds> all;
  for (const auto& [place, users] : users_) {
    auto& shortest = all.emplace(place, std::chrono::seconds::max()).first->second;
    for (const Entry* user : users) shortest = std::min(shortest, user->binding->resync);
  }
  return all;
}

void Survey::begin(const std::string& id) {
  Entry& entry = entries_.at(id);
  entry.mark_before = entry.mark;
}

void Survey::end(const std::string& id, std::optional<Settled> settled) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.suspect = false;
  entry.settled = std::move(settled);
  entry.mark_settled = entry.mark_before;
}

void Survey::confirmed(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  found->second.suspect = false;
  found->second.mark_settled = found->second.mark_before;
}

std::vector<std::string> Survey::listed(const Place& manager, const SourceLines& lines) {
  blind_.erase(manager);
  const LinesByName by_name(lines);
  std::vector<std::string> moved;
  const auto users = users_.find(manager);
  if (users == users_.end()) return moved;
  for (Entry* user : users->second) {
    const v1::Source& source = user->binding->source;
    const SourceLine* found = by_name.find(source);
    if (found) user->mark = found->mark;
    if (found && source.id.empty()) user->id_by_name = found->id;
    if (!user->settled || (found && user->mark_settled == found->mark)) continue;
    user->suspect = true;
    moved.push_back(user->binding->id);
  }
  return moved;
}

std::vector<std::string> Survey::listed(const Place& project, const TargetLines& lines) {
  blind_.erase(project);
  std::vector<std::string> moved;
  const auto users = users_.find(project);
  if (users == users_.end()) return moved;
  for (Entry* user : users->second) {
    if (!user->settled || !has_moved(*user, project, lines)) continue;
    distrust(*user);
    moved.push_back(user->binding->id);
  }
  return moved;
}

bool Survey::has_moved(const Entry& entry, const Place& project, const TargetLines& lines) {
  const std::vector<v1::Target>& targets = entry.binding->targets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!is_in(targets[i], project)) continue;
    const auto line = lines.find(targets[i].secret);
    if (line == lines.end() || line->second.empty()) return true;
    if (line->second != entry.settled->entity_tags[i]) return true;
  }
  return false;
}

std::vector<std::string> Survey::failed(const Place& place) {
  const auto users = users_.find(place);
  if (users == users_.end() || !blind_.insert(place).second) return {};
  std::vector<std::string> all;
  for (Entry* user : users->second) {
    distrust(*user);
    all.push_back(user->binding->id);
  }
  return all;
}

std::optional<Suspicion> Survey::suspicion(const std::string& id) const {
  const Entry& entry = entries_.at(id);
  if (!entry.suspect || !entry.settled || !entry.mark) return {};
  const std::string& named = entry.binding->source.id;
  return Suspicion{named.empty() ? entry.id_by_name : named, entry.settled->version};
}

void Survey::distrust(const std::string& id) {
  distrust(entries_.at(id));
}

void Survey::distrust(Entry& entry) {
  entry.suspect = false;
  entry.settled.reset();
}

bool Survey::watches(const std::string& id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.settled) return false;
  const v1::Binding& binding = *found->second.binding;
  return blind_.count(manager_of(binding.source)) == 0 &&
         std::none_of(
             binding.targets.begin(), binding.targets.end(),
             [this](const v1::Target& target) { return blind_.count(project_of(target)) != 0; });
}

}  // namespace certloop

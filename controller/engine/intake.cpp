#include "controller/engine/intake.h"

#include <set>

namespace certloop {
namespace {

bool same_instance(const std::string& known, const std::string& told) {
  return known.empty() || told.empty() || known == told;
}

template <class Map, class Key, class Entry>
void collect(const Map& map, const Key& key, const std::string& instance, std::set<Entry>& into) {
  const auto [first, last] = map.equal_range(key);
  for (auto it = first; it != last; ++it) {
    if (same_instance(it->second.instance, instance)) into.insert(it->second.binding);
  }
}

}  // namespace

Intake::Intake(const std::vector<v1::Binding>& bindings) {
  for (const v1::Binding& binding : bindings) {
    const v1::Source& source = binding.source;
    const Entry entry{source.instance, binding.id};
    if (source.id.empty()) {
      by_name_.emplace(std::pair(std::string(v1::to_string(source.type)), source.name), entry);
    } else {
      by_id_.emplace(source.id, entry);
    }
  }
}

std::vector<std::string> Intake::find(const std::vector<SecretHint>& secrets) const {
  std::set<std::string> found;
  for (const SecretHint& hint : secrets) {
    collect(by_id_, hint.id, hint.instance, found);
    collect(by_name_, std::pair(hint.type, hint.name), hint.instance, found);
  }
  return {found.begin(), found.end()};
}

}  // namespace certloop

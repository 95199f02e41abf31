#include "controller/engine/intake.h"

#include <set>
#include <tuple>

namespace certloop {
namespace {

bool may_equal(const std::string& known, const std::string& told) {
  return known.empty() || told.empty() || known == told;
}

template <class Entries>
void collect(const Entries& entries, const std::string& key, const std::string& type,
             const std::string& instance, std::set<std::string>& into) {
  const auto [first, last] =
      key.empty() ? std::pair(entries.begin(), entries.end()) : entries.equal_range(key);
  for (auto it = first; it != last; ++it) {
    const auto& entry = it->second;
    if (may_equal(entry.instance, instance) && may_equal(entry.type, type)) {
      into.insert(entry.binding);
    }
  }
}

}  // namespace

Intake::Intake(const std::vector<v1::Binding>& bindings) {
  for (const v1::Binding& binding : bindings) {
    const v1::Source& source = binding.source;
    if (source.id.empty()) {
      by_name_.emplace(source.name, Entry{source.instance, v1::to_string(source.type), binding.id});
    } else {
      by_id_.emplace(source.id, Entry{source.instance, {}, binding.id});
    }
  }
}

std::vector<std::string> Intake::find(const std::vector<SecretHint>& secrets) const {
  // Each question once: a hint that tells little is answered by a walk over all bindings.
  std::set<std::tuple<std::string, std::string>> ids;
  std::set<std::tuple<std::string, std::string, std::string>> names;
  for (const SecretHint& hint : secrets) {
    ids.emplace(hint.id, hint.instance);
    names.emplace(hint.name, hint.type, hint.instance);
  }
  std::set<std::string> found;
  for (const auto& [id, instance] : ids) collect(by_id_, id, {}, instance, found);
  for (const auto& [name, type, instance] : names) collect(by_name_, name, type, instance, found);
  return {found.begin(), found.end()};
}

}  // namespace certloop

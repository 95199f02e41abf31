#include "controller/engine/intake.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace certloop {
namespace {

bool may_equal(const std::string& known, const std::string& told) {
  return known.empty() || told.empty() || known == told;
}

const std::string& id_of(const std::shared_ptr<const v1::Binding>& binding) {
  return binding->source.id;
}

const std::string& name_of(const std::shared_ptr<const v1::Binding>& binding) {
  return binding->source.name;
}

// `key`: of the bindings, as sorted by `key_of`; an empty one may be any.
template <class KeyOf, class Fits>
void collect(const Intake::Bindings& bindings, KeyOf key_of, const std::string& key, Fits fits,
             std::set<std::string>& into) {
  const auto first = std::partition_point(
      bindings.begin(), bindings.end(),
      [&](const auto& binding) { return !key.empty() && key_of(binding) < key; });
  const auto last = std::partition_point(first, bindings.end(), [&](const auto& binding) {
    return key.empty() || key_of(binding) == key;
  });
  for (auto it = first; it != last; ++it) {
    if (fits((*it)->source)) into.insert((*it)->id);
  }
}

}  // namespace

Intake::Intake(const Bindings& bindings) {
  for (const auto& binding : bindings) {
    (binding->source.id.empty() ? by_name_ : by_id_).push_back(binding);
  }
  std::sort(by_id_.begin(), by_id_.end(),
            [](const auto& a, const auto& b) { return id_of(a) < id_of(b); });
  std::sort(by_name_.begin(), by_name_.end(),
            [](const auto& a, const auto& b) { return name_of(a) < name_of(b); });
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
  for (const auto& [id, instance] : ids) {
    const auto fits = [&where = instance](const v1::Source& source) {
      return may_equal(source.manager->id, where);
    };
    collect(by_id_, id_of, id, fits, found);
  }
  for (const auto& [name, type, instance] : names) {
    const auto fits = [&kind = type, &where = instance](const v1::Source& source) {
      return may_equal(source.manager->id, where) && may_equal(v1::to_string(source.type), kind);
    };
    collect(by_name_, name_of, name, fits, found);
  }
  return {found.begin(), found.end()};
}

}  // namespace certloop

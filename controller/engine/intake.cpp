#include "controller/engine/intake.h"

#include <algorithm>
#include <ranges>
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
  const auto range = key.empty() ? std::ranges::subrange(bindings)
                                 : std::ranges::equal_range(bindings, key, {}, key_of);
  for (const auto& binding : range) {
    if (fits(binding->source)) into.insert(binding->id);
  }
}

}  // namespace

Intake::Intake(const Bindings& bindings) {
  for (const auto& binding : bindings) {
    (binding->source.id.empty() ? by_name_ : by_id_).push_back(binding);
  }
  std::ranges::sort(by_id_, {}, id_of);
  std::ranges::sort(by_name_, {}, name_of);
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
      return may_equal(source.instance, where);
    };
    collect(by_id_, id_of, id, fits, found);
  }
  for (const auto& [name, type, instance] : names) {
    const auto fits = [&kind = type, &where = instance](const v1::Source& source) {
      return may_equal(source.instance, where) && may_equal(v1::to_string(source.type), kind);
    };
    collect(by_name_, name_of, name, fits, found);
  }
  return {found.begin(), found.end()};
}

}  // namespace certloop

#include "tests/simulation/judge.h"

namespace certloop::simulation {
namespace {

using namespace std::chrono_literals;

// A write takes effect some time after its certificate was judged.
constexpr auto kSlowestRun = 15min;

}  // namespace

const char* to_string(Invariant invariant) {
  switch (invariant) {
    case Invariant::nothing_bad:
      return "nothing bad is written";
    case Invariant::converges:
      return "every target becomes right";
    case Invariant::writes_are_changes:
      return "writes are changes";
    case Invariant::exclusive:
      return "one run of a key at once";
    case Invariant::nothing_forgotten:
      return "no key is forgotten";
    case Invariant::no_regression:
      return "nothing older over something newer";
    case Invariant::retry_after:
      return "Retry-After is respected";
    case Invariant::no_leak:
      return "no key is shown";
  }
  return "";
}

void Judge::may_write(std::size_t source) {
  for (const v1::Binding& binding : world_.mapping) {
    if (world_.source(binding.source).number != source) continue;
    for (const v1::Target& target : binding.targets) may_write(target);
  }
}

void Judge::removed(const v1::Target& target) {
  may_write(target);
  for (std::size_t source = 0; source < Certificates::kSources; ++source) {
    newest_.erase({World::key_of(target), source});
  }
}

void Judge::writes(const v1::Binding& binding, const v1::Target& target, const Texts& data) {
  const std::string key = World::key_of(target);
  const Source& source = world_.source(binding.source);
  const Texts meaning = meaning_of(target, data);
  const auto version = version_of(source, target, meaning);
  if (!version) return accuse(Invariant::nothing_bad, key + " gets what no version holds");
  const Certificate& certificate = *source.versions[*version];
  trace_.note({"writes", key, certificate.name});

  const WallTime now = timeline_.wall_now();
  if (!certificate.is_good(now) && !certificate.is_good(now - kSlowestRun)) {
    return accuse(Invariant::nothing_bad, key + " gets " + certificate.name);
  }
  const Stored* before = world_.stored(target);
  if (before && meaning_of(target, before->data) == meaning) {
    return accuse(Invariant::writes_are_changes, key + " already held " + certificate.name);
  }
  if (would_go_back(binding, target, certificate)) {
    return accuse(Invariant::no_regression,
                  key + " gets " + certificate.name + ", which ends earlier");
  }
  auto& newest = newest_[{key, source.number}];
  if (*version < newest) {
    return accuse(Invariant::no_regression, key + " gets the older " + certificate.name);
  }
  newest = *version;
  // A run that began before the mapping changed ends as it began; the next one puts it right.
  const v1::Binding* owner = world_.owner_of(target);
  if (!owner || *owner != binding) return may_write(target);
  if (settled_.count(key) != 0) {
    return accuse(Invariant::writes_are_changes, key + " is written though nothing changed");
  }
  const Certificate* current = source.current();
  if (current && current->texts(target) == meaning) settled_.insert(key);
}

void Judge::says(const std::string& text) {
  if (!said_.insert(text).second) return;
  for (const std::string& canary : certificates_.canaries()) {
    if (text.find(canary) == std::string::npos) continue;
    return accuse(Invariant::no_leak, "a piece of a private key is shown");
  }
}

void Judge::accuse(Invariant invariant, const std::string& what) {
  if (violation_) return;
  trace_.note({"VIOLATION", to_string(invariant), what});
  violation_ = Violation{invariant, what};
  timeline_.stop();
}

std::optional<std::size_t> Judge::version_of(const Source& source, const v1::Target& target,
                                             const Texts& meaning) const {
  for (std::size_t i = source.versions.size(); i > 0; --i) {
    if (source.versions[i - 1]->texts(target) == meaning) return i - 1;
  }
  return {};
}

// Of the same source, so for the same names; whole, though its chain may have been left out.
const Certificate* Judge::pair_in(const Source& source, const v1::Target& target) const {
  const Stored* stored = world_.stored(target);
  if (!stored) return nullptr;
  const Texts meaning = meaning_of(target, stored->data);
  for (const Certificate& certificate : certificates_.of(source.number)) {
    if (!certificate.sound) continue;
    Texts texts = certificate.texts(target);
    for (const auto& [key, part] : *target.data) {
      if (part == v1::Part::chain && meaning.count(key) == 0) texts.erase(key);
    }
    if (texts == meaning) return &certificate;
  }
  return nullptr;
}

bool Judge::would_go_back(const v1::Binding& binding, const v1::Target& target,
                          const Certificate& next) const {
  if (binding.require->allow_older) return false;
  const Certificate* there = pair_in(world_.source(binding.source), target);
  return there && next.not_after < there->not_after;
}

bool Judge::is_right(const v1::Binding& binding, const v1::Target& target) const {
  const Certificate* current = world_.source(binding.source).current();
  // A bad one is held, whatever is in place; so is one that became good or bad just now.
  const WallTime now = timeline_.wall_now();
  if (!current || !current->is_good(now) || !current->is_good(now - 6h)) return true;
  const Stored* stored = world_.stored(target);
  if (!stored) return false;
  // Somebody made it another kind of secret: a person has to act.
  if (stored->format != v1::to_string(target.format)) return true;
  if (would_go_back(binding, target, *current)) return true;
  return meaning_of(target, stored->data) == current->texts(target);
}

}  // namespace certloop::simulation

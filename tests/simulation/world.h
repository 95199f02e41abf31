#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/listing.h"
#include "tests/simulation/certificates.h"

namespace certloop::simulation {

// A secret as it lies in a project.
struct Stored {
  std::string format{};
  std::string entity_tag{};
  Texts data{};
};

struct Source {
  std::size_t number = 0;
  std::vector<const Certificate*> versions{};  // as published; the last is the current one
  bool deleted = false;
  unsigned long readings = 0;  // of its payload: each moves its line in a list

  const Certificate* current() const { return deleted ? nullptr : versions.back(); }
};

// The two services and the mapping in memory: values, and how writes change them. It knows nothing
// of controllers; who acts and what goes wrong is elsewhere.
class World {
 public:
  explicit World(const Certificates& certificates);

  // --- places ---
  static v1::Source source_at(std::size_t number);
  static v1::Target target_at(std::size_t slot);
  static constexpr std::size_t kSlots = 7;
  static std::string key_of(const v1::Target& target);

  // --- what is there ---
  Source& source(const v1::Source& where);
  Source& source(std::size_t number) { return sources_[number]; }
  SourceLines source_lines() const;
  TargetLines target_lines(const std::string& project_id, bool as_before) const;
  const Stored* stored(const v1::Target& target) const;
  // As it was before the last change: what a lagging replica answers.
  const Stored* stored_before(const v1::Target& target) const;

  // --- what changes it; each put gets a new entity tag ---
  void put(const v1::Target& target, std::string format, Texts data);
  void remove(const v1::Target& target);
  bool quota_exhausted = false;

  // --- what is wanted ---
  std::vector<v1::Binding> mapping{};
  // The binding that owns this target now; null: none.
  const v1::Binding* owner_of(const v1::Target& target) const;
  std::set<std::size_t> free_slots() const;

 private:
  std::vector<Source> sources_;
  std::map<std::string, std::optional<Stored>> now_;
  std::map<std::string, std::optional<Stored>> before_;
  unsigned long tags_ = 0;
};

// What the mapping's keys hold, however the text is wrapped.
Texts meaning_of(const v1::Target& target, const Texts& data);

}  // namespace certloop::simulation

#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/simulation/timeline.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/world.h"

namespace certloop::simulation {

// What must hold whatever happens. The numbers are those of README.md.
enum class Invariant {
  nothing_bad = 1,         // no bad pair is in a target after a write of ours
  converges = 2,           // once faults end, every target is right soon
  writes_are_changes = 3,  // no write that changes nothing, none without a reason
  exclusive = 4,           // never two runs of one key at once in one controller
  nothing_forgotten = 5,   // every key is looked at again in time
  no_regression = 6,       // nothing older over something newer
  retry_after = 7,         // no look before the time that a service named
  no_leak = 8,             // no piece of a private key in what people see
};
const char* to_string(Invariant);

struct Violation {
  Invariant invariant = Invariant::nothing_bad;
  std::string what{};
};

// Judges every write and every word, from its own knowledge of the world. The first violation stops
// the time.
class Judge {
 public:
  Judge(const Certificates& certificates, World& world, Timeline& timeline, Trace& trace)
      : certificates_(certificates), world_(world), timeline_(timeline), trace_(trace) {}

  // --- told by who acts ---
  // Somebody changed something that this target depends on: it may be written once more.
  void may_write(const v1::Target& target) { settled_.erase(World::key_of(target)); }
  void may_write(std::size_t source);
  void may_write_everything() { settled_.clear(); }
  // Somebody removed it: what was in it is history.
  void removed(const v1::Target& target);

  // --- told by the ports ---
  // A write for `binding` is about to take effect.
  void writes(const v1::Binding& binding, const v1::Target& target, const Texts& data);
  // --- told by the controllers ---
  void says(const std::string& text);
  void accuse(Invariant invariant, const std::string& what);

  // Is this target as it must be?
  bool is_right(const v1::Binding& binding, const v1::Target& target) const;
  const std::optional<Violation>& violation() const { return violation_; }

 private:
  // The whole pair in the target that is one of this source's; null: none.
  const Certificate* pair_in(const Source& source, const v1::Target& target) const;
  // For the same names, and ends earlier than what is in place, though the mapping does not allow
  // it.
  bool would_go_back(const v1::Binding& binding, const v1::Target& target,
                     const Certificate& next) const;
  // The newest version of the source that this content belongs to; empty: of none.
  std::optional<std::size_t> version_of(const Source& source, const v1::Target& target,
                                        const Texts& meaning) const;

  const Certificates& certificates_;
  World& world_;
  Timeline& timeline_;
  Trace& trace_;
  std::set<std::string> settled_;  // written since the last change of others
  std::map<std::pair<std::string, std::size_t>, std::size_t> newest_;  // target, source: version
  std::set<std::string> said_;                                         // and judged
  std::optional<Violation> violation_;
};

}  // namespace certloop::simulation

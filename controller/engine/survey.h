#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/listing.h"

namespace certloop {

// A Secrets Manager, or a project of Code Engine: what one list covers.
struct Place {
  v1::Endpoint endpoint{};
  std::string project_id{};  // empty: a Secrets Manager
  auto operator<=>(const Place&) const = default;
};

// What a run that left nothing to do knows of the versions it saw.
struct Settled {
  std::string version{};                   // of the source; empty: not told
  std::vector<std::string> entity_tags{};  // of the targets, in the binding's order
};

// A binding of which the source's line alone has moved. An edit of a label does that, and so may
// our own reading; if the version is still `known_version`, nothing has changed.
struct Suspicion {
  std::string secret_id{};
  std::string known_version{};  // empty: not known, so the binding has to be looked at
};

// Which bindings may have changed, told by lists alone, so that a quiet resync costs list pages and
// no reads. It compares each list with what was known when a binding was last looked at and found
// (or made) equal. Two facts carry it:
//  - a line that was listed before a look and is the same now cannot have changed in between;
//  - entity tags change with every write.
// A moved line is believed for targets and asked about for sources (Suspicion), because reading a
// secret may move its line: without the question the survey would chase its own reads for ever.
// What is not known is a reason to look. Passive; no I/O, no time, no lock.
class Survey {
 public:
  // A new or changed binding: nothing is known of it. It is kept, not copied.
  void replace(std::shared_ptr<const v1::Binding> binding);
  void forget(const std::string& id);

  // The places of all bindings, each with the shortest resync of those that use it.
  std::map<Place, std::chrono::seconds> places() const;

  // A look at the binding begins.
  void begin(const std::string& id);
  // It ended. Without `settled`: something is left to do, or it failed.
  void end(const std::string& id, std::optional<Settled> settled);
  // The binding's source is still in the version that was known; its line is now.
  void confirmed(const std::string& id);

  // A list arrived: the bindings that it gives a reason to look at. Also those that are settled and
  // which it does not mention: a list is no snapshot.
  std::vector<std::string> listed(const Place& manager, const SourceLines& lines);
  std::vector<std::string> listed(const Place& project, const TargetLines& lines);
  // Lists of this place cannot be had for now. Its bindings when that is news: nobody watches over
  // them any more.
  std::vector<std::string> failed(const Place& place);

  // Why the binding was named by the last lists, if asking for its version may be enough.
  std::optional<Suspicion> suspicion(const std::string& id) const;
  // The next look has to be a whole one, whatever the lists said.
  void distrust(const std::string& id);
  // A change of any part of this settled binding would show in a list.
  bool watches(const std::string& id) const;

 private:
  // Of the source's line in a list; empty: it was in none.
  using Mark = std::optional<std::uint64_t>;
  struct Entry {
    std::shared_ptr<const v1::Binding> binding{};
    Mark mark{};               // newest list
    Mark mark_before{};        // newest when the last look began
    Mark mark_settled{};       // newest when the look began that settled it
    std::string id_by_name{};  // newest list, where the binding names no id
    std::optional<Settled> settled{};
    bool suspect = false;
  };

  static bool has_moved(const Entry& entry, const Place& project, const TargetLines& lines);
  static void distrust(Entry& entry);

  std::map<std::string, Entry> entries_;
  std::map<Place, std::vector<Entry*>>
      users_;  // entries_'s nodes; one that names a place twice, twice
  std::set<Place> blind_;
};

}  // namespace certloop

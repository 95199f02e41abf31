#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// The documents of one kind in one project, by name. Keeps apart what is and what readers see, so
// that a read right after a write can be late.
class Shelf {
 public:
  using Lag = std::chrono::milliseconds;

  // What is, for writers: nullptr when there is none. Valid until the next change.
  const Json* current(const std::string& name) const;
  // Names of the documents, as they are, that satisfy `condition`.
  std::vector<std::string> names(const std::function<bool(const Json&)>& condition) const;

  void each(const std::function<void(const Json&)>& look) const;

  // What readers see: changes younger than `lag` have not happened yet.
  std::optional<Json> seen(const std::string& name, Time now, Lag lag) const;
  std::map<std::string, Json> seen_all(Time now, Lag lag) const;

  void put(const std::string& name, Json document, Time now);
  // What the service itself changes (a status): not a write, so no reader is late for it. Does
  // nothing when there is no such document.
  void amend(const std::string& name, Json document);
  // Gone from `when` on; the name is taken until then.
  void erase(const std::string& name, Time when);
  // Whether it was erased, now or from some time on.
  bool leaves(const std::string& name) const;
  // Drops what is gone by now. Called before every use.
  void settle(Time now);

 private:
  struct Item {
    Json document{};
    std::optional<Json> before{};
    Time changed{};
    std::optional<Time> gone{};
  };
  static std::optional<Json> seen_of(const Item& item, Time now, Lag lag);

  std::map<std::string, Item> items_{};
};

}  // namespace localcloud::ce

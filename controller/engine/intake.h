#pragma once
#include <map>
#include <string>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/notification.h"

namespace certloop {

// Which bindings a notification is about. Made once for each version of the mapping; immutable, so
// any thread may ask.
class Intake {
 public:
  Intake() = default;
  explicit Intake(const std::vector<v1::Binding>& bindings);

  // Ids of the bindings whose source one of the hints may mean: by secret id, or, for sources given
  // by name, by type and name (unique in an instance). What is unknown on either side (an instance
  // without an id in its URL, a hint that lacks a member) matches everything: looking once too
  // often is harmless, missing a rotation is not.
  std::vector<std::string> find(const std::vector<SecretHint>& secrets) const;

 private:
  struct Entry {
    std::string instance{};
    std::string type{};  // empty for a source given by id
    std::string binding{};
  };
  using Entries = std::multimap<std::string, Entry>;

  Entries by_id_;
  Entries by_name_;
};

}  // namespace certloop

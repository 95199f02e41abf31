#pragma once
#include <memory>
#include <string>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/notification.h"

namespace certloop {

// Which bindings a notification is about. Made once for each version of the mapping; immutable, so
// any thread may ask.
class Intake {
 public:
  using Bindings = std::vector<std::shared_ptr<const v1::Binding>>;

  Intake() = default;
  // The bindings are kept, not copied.
  explicit Intake(const Bindings& bindings);

  // Ids of the bindings whose source one of the hints may mean: by secret id, or, for sources given
  // by name, by type and name (unique in an instance). What is unknown on either side (an instance
  // without an id in its URL, a hint that lacks a member) matches everything: looking once too
  // often is harmless, missing a rotation is not.
  std::vector<std::string> find(const std::vector<SecretHint>& secrets) const;

 private:
  Bindings by_id_;    // sorted by the source's id
  Bindings by_name_;  // those without an id, sorted by the source's name
};

}  // namespace certloop

#pragma once
#include <map>
#include <string>
#include <utility>
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
  // by name, by type and name (unique in an instance). An instance that is unknown on either side
  // matches every instance: looking once too often is harmless, missing a rotation is not.
  std::vector<std::string> find(const std::vector<SecretHint>& secrets) const;

 private:
  struct Entry {
    std::string instance;
    std::string binding;
  };
  std::multimap<std::string, Entry> by_id_;
  std::multimap<std::pair<std::string, std::string>, Entry> by_name_;
};

}  // namespace certloop

#pragma once
#include <memory>
#include <set>

#include "hack/localcloud/run/instance.h"

namespace localcloud::run {

// Instances that finish what they have and then end, whatever has become of their revision.
class Leaving {
 public:
  void add(std::shared_ptr<Instance> instance) {
    instances_.insert(instance);
    instance->leave([this, who = instance.get()] {
      std::erase_if(instances_, [who](const auto& one) { return one.get() == who; });
    });
  }

 private:
  std::set<std::shared_ptr<Instance>> instances_{};
};

}  // namespace localcloud::run

#pragma once
#include <optional>

#include "hack/localcloud/sm/issuing.h"

namespace localcloud::sm {

// A root and an intermediate CA that live and die with the cloud. They sign what no configured
// authority signs: public certificates, and private ones of the built-in template.
class LocalCa {
 public:
  // The intermediate; made, with its keys, when it is asked for the first time.
  const Authority& authority(Time around);

 private:
  std::optional<Authority> intermediate_{};
};

}  // namespace localcloud::sm

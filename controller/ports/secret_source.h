#pragma once
#include "api/v1/binding.h"
#include "controller/core/observed.h"
#include "controller/core/result.h"

namespace certloop {

// Where certificates come from. Reading only; there is no write in this port.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  // The current version, whole: payload and version are from one snapshot, never mixed. A secret
  // that does not exist is a value, not an error. Answers before `deadline` or fails with
  // unavailable. Threads: any number at once. Errors: denied, unavailable, corrupt, too_large,
  // invalid.
  virtual Result<FetchedSource> fetch(const v1::Source& source, SteadyTime deadline) = 0;
};

}  // namespace certloop

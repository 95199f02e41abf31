#pragma once
#include <string>

#include "api/v1/binding.h"
#include "controller/core/listing.h"
#include "controller/core/result.h"

namespace certloop {

// The cheap look: whole lists, no payloads. Each call answers before `deadline`, all its pages
// together, or fails. A list is no snapshot: what is created or deleted meanwhile may be missing,
// so an absent line proves nothing. Threads: any number at once. Errors: denied, unavailable,
// corrupt, too_large, invalid, and not_found for a missing project.
class CloudLists {
 public:
  virtual ~CloudLists() = default;
  // The certificates of one Secrets Manager, each once.
  virtual Result<SourceLines> sources(const v1::Endpoint& manager, SteadyTime deadline) = 0;
  virtual Result<TargetLines> targets(const v1::Endpoint& code_engine,
                                      const std::string& project_id, SteadyTime deadline) = 0;
  // The id of a secret's current version, from metadata: this read cannot count as a retrieval.
  // not_found: there is none.
  virtual Result<std::string> current_version(const v1::Endpoint& manager,
                                              const std::string& secret_id,
                                              SteadyTime deadline) = 0;
};

}  // namespace certloop

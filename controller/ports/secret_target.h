#pragma once
#include <map>
#include <optional>
#include <string>

#include "api/v1/binding.h"
#include "controller/core/result.h"
#include "controller/core/secret_bytes.h"

namespace certloop {

using SecretData = std::map<std::string, SecretBytes>;

// A target secret as it was read.
struct TargetSnapshot {
  std::string format{};      // the service's word, as read: "tls", "generic", "ssh_auth", …
  std::string entity_tag{};  // opaque
  // Empty when the service answered without content (not established for every role).
  std::optional<SecretData> data{};
};

// Where certificates go. There is no delete: Code Engine secrets carry no mark of ownership, so
// nothing could prove that one is ours. Threads: any number at once. Each call answers before
// `deadline`. Errors: denied, unavailable, corrupt, too_large, invalid, and those named below.
class SecretTarget {
 public:
  virtual ~SecretTarget() = default;
  // Absent is a value. not_found is the error for a missing project.
  virtual Result<std::optional<TargetSnapshot>> fetch(const v1::Target& target,
                                                      SteadyTime deadline) = 0;
  // Writes tell the new entity tag; empty when the service did not.
  // Fails with conflict if the secret exists meanwhile.
  virtual Result<std::string> create(const v1::Target& target, const SecretData& data,
                                     SteadyTime deadline) = 0;
  // Replaces the whole content if the entity tag is still `if_match`, else fails with conflict.
  virtual Result<std::string> replace(const v1::Target& target, const SecretData& data,
                                      const std::string& if_match, SteadyTime deadline) = 0;
  // A dry run accepts every write and does none.
  virtual bool is_dry_run() const { return false; }
};

}  // namespace certloop

#pragma once
#include "controller/ports/http_transport.h"
#include "controller/ports/secret_target.h"

namespace certloop::ibm {

// The API's behaviour is fixed by a date; this one is what IBM's Terraform provider sends.
inline constexpr const char* kCodeEngineVersion = "version=2026-02-20";

// Code Engine v2 secrets as targets. Every replace carries If-Match with the entity tag that was
// read; 409 and 412 both mean that somebody was faster, and so does another refusal of a target
// that has moved. Needs the role Writer. Stateless;
// threads: any.
class CodeEngineTarget : public SecretTarget {
 public:
  explicit CodeEngineTarget(HttpTransport& transport) : transport_(transport) {}
  Result<std::optional<TargetSnapshot>> fetch(const v1::Target& target,
                                              SteadyTime deadline) override;
  Result<std::string> create(const v1::Target& target, const SecretData& data,
                             SteadyTime deadline) override;
  Result<std::string> replace(const v1::Target& target, const SecretData& data,
                              const std::string& if_match, SteadyTime deadline) override;

 private:
  // What a refused write means. Which status tells that somebody was faster is not established
  // (400, 422 and 428 are not excluded), so what looks like an invalid request is one only if the
  // target is still as it was `decided_on`: its entity tag, or empty when there was none. A target
  // that cannot be read is tried again as such.
  tl::unexpected<Error> refused(const v1::Target& target, const std::string& decided_on,
                                Error error, SteadyTime deadline);

  HttpTransport& transport_;
};

}  // namespace certloop::ibm

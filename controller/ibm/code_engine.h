#pragma once
#include "controller/ports/http_transport.h"
#include "controller/ports/secret_target.h"

namespace certloop::ibm {

// The API's behaviour is fixed by a date; this one is what IBM's Terraform provider sends.
inline constexpr const char* kCodeEngineVersion = "version=2026-02-20";

// Code Engine v2 secrets as targets. Every replace carries If-Match with the entity tag that was
// read; 409 and 412 both mean that somebody was faster. Needs the role Writer. Stateless;
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
  HttpTransport& transport_;
};

}  // namespace certloop::ibm

#pragma once
#include <string>

#include "hack/localcloud/sm/configuration.h"

// Which of its certificates an authority has taken back. Where the service publishes that is not
// documented; who checks a certificate reads the address in it, so any will do.
namespace localcloud::sm {

// For the certificates that the authority signs; "": they are to name none.
std::string crl_url(const std::string& instance_url, const Configuration& authority);

// DER, signed by the authority now, for as long as its `crl_expiry` says; empty when the authority
// builds none. Throws std::invalid_argument when it cannot sign.
std::string revocation_list(const Configuration& authority, Time now);

}  // namespace localcloud::sm

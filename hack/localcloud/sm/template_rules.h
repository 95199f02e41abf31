#pragma once
#include "hack/localcloud/sm/configuration.h"
#include "hack/localcloud/sm/fields.h"

namespace localcloud::sm {

// What a private certificate is asked to be.
struct CertificateRequest {
  CertificateWish wish{};
  std::string common_name{};
  KeyWish key{};
  std::string csr{};  // not empty: this request's key is signed, and no private key is made
};

// Makes of the request what the template says (key, validity, usages, subject), and refuses with
// 400 what it does not allow. `body` is the secret's; `now` begins the validity.
void apply_template(const Configuration& its_template, const Fields& body, Time now,
                    CertificateRequest& request);

// Whether a secret group may use the template.
bool allows_group(const Configuration& its_template, const std::string& group);

}  // namespace localcloud::sm

#pragma once
#include "hack/localcloud/sm/fields.h"

namespace localcloud::sm {

// The member "managed_csr" of imported certificates: its key and signing request are made here and
// stay with the secret; only the certificate comes from outside.
Json make_managed_csr(const Json& wish);
// A merge patch. The key stays unless "rotate_keys" asks for another, or its kind changes.
Json patch_managed_csr(const Json& managed, const Json& patch);

}  // namespace localcloud::sm

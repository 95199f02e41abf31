#pragma once
#include "api/v1/mapping.h"
#include "controller/core/result.h"
#include "controller/core/secret_bytes.h"

namespace certloop {

// IAM access tokens, one cache for each credential. Threads: any number at once; one fetch at a
// time for a credential, the others wait for it (single flight).
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that is valid now. Renewed from 80 % of its life on; until it ends the old one is
  // served if the renewal fails. Errors: denied (key unknown, profile not trusted), invalid
  // (no credentials configured, key file unreadable), unavailable, corrupt.
  virtual Result<SecretBytes> token(const v1::Credentials& credentials, SteadyTime deadline) = 0;
  // A service refused `token` with 401: do not serve it again. Another token stays as it is.
  virtual void reject(const v1::Credentials& credentials, const SecretBytes& token) = 0;
};

}  // namespace certloop

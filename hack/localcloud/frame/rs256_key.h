#pragma once
#include <memory>
#include <string>

#include "hack/localcloud/frame/http.h"

namespace localcloud {

// An RSA key that signs JSON Web Tokens with RS256. It is made when it is first needed, since most
// of the time of a fresh cloud would go into it. All throw std::runtime_error.
class Rs256Key {
 public:
  Rs256Key();
  ~Rs256Key();
  Rs256Key(const Rs256Key&) = delete;
  Rs256Key& operator=(const Rs256Key&) = delete;

  // header.payload.signature, each unpadded base64url.
  std::string sign(const Json& header, const Json& claims);
  std::string public_spki_pem();   // "BEGIN PUBLIC KEY"
  std::string public_pkcs1_pem();  // "BEGIN RSA PUBLIC KEY"
  Json public_jwk(const std::string& key_id);

 private:
  struct Key;
  Key& key();
  std::unique_ptr<Key> key_{};
};

std::string base64url(const std::string& bytes);

}  // namespace localcloud

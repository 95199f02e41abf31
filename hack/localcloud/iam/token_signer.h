#pragma once
#include <memory>
#include <string>

#include "hack/localcloud/frame/http.h"

namespace localcloud {

// Makes JSON Web Tokens signed with RS256. The key is made with the first token, since most of the
// time of a fresh cloud would go into it.
class TokenSigner {
 public:
  explicit TokenSigner(std::string key_id);
  ~TokenSigner();
  TokenSigner(const TokenSigner&) = delete;
  TokenSigner& operator=(const TokenSigner&) = delete;

  // header.payload.signature, each unpadded base64url. Throws std::runtime_error.
  std::string sign(const Json& claims);

 private:
  struct Key;
  std::string key_id_;
  std::unique_ptr<Key> key_{};
};

std::string base64url(const std::string& bytes);

}  // namespace localcloud

#pragma once
#include <string>

#include "hack/localcloud/frame/http.h"

namespace localcloud::iam {

// Thrown by handlers of identities and policies; becomes the error body of the API it came from.
struct Refusal {
  int status = 400;
  std::string code{};
  std::string message{};
  Json details{};  // of a policy's conflict
};

inline Refusal invalid(std::string message) {
  return {400, "invalid_body", std::move(message), {}};
}

inline Refusal not_found(std::string message) {
  return {404, "not_found", std::move(message), {}};
}

}  // namespace localcloud::iam

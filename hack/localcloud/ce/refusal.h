#pragma once
#include <string>

namespace localcloud::ce {

// Thrown inside Code Engine; becomes its error body. `message` never holds a value of a secret.
struct Refusal {
  int status = 400;
  std::string code{};
  std::string message{};
};

inline Refusal invalid(std::string message) {
  return {400, "invalid_request", std::move(message)};
}

inline Refusal not_found() {
  return {404, "resource_not_found", "Resource not found."};
}

}  // namespace localcloud::ce

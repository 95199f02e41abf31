#pragma once
#include <string>

namespace localcloud::rc {

// Thrown inside the resource controller; becomes its error body.
struct Refusal {
  int status = 400;
  std::string code = "RC-BadRequest";
  std::string message{};
};

inline Refusal invalid(std::string message) {
  return {400, "RC-BadRequest", std::move(message)};
}

inline Refusal not_found(const std::string& kind) {
  return {404, "RC-NotFound", "There is no such " + kind + "."};
}

// What the service's own broker says: "[409, Conflict] ..." and the message.
Refusal broker(int status, const std::string& message);

}  // namespace localcloud::rc

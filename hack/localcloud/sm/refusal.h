#pragma once
#include <string>
#include <utility>

namespace localcloud::sm {

// Thrown by anything below a handler; secrets_manager.cpp makes IBM's error body of it. Its message
// names members and rules, never a value out of a payload.
struct Refusal {
  int status = 400;
  std::string message{};
  std::string code{};  // "": one is made up from the status; the real list is not established
};

[[noreturn]] inline void refuse(int status, std::string message, std::string code = "") {
  throw Refusal{.status = status, .message = std::move(message), .code = std::move(code)};
}

}  // namespace localcloud::sm

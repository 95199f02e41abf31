#pragma once
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "controller/core/time.h"

namespace certloop {

// Why something could not be done, told by what the loop does next. The set is closed: a new code
// must find its place in every switch (there is no default anywhere).
enum class ErrorCode {
  invalid,    // our request or our configuration is wrong: look again at the resync, tell a person
  not_found,  // the thing is not there: look again at the resync
  denied,     // credentials or rights are missing: look again at the resync, tell a person
  exhausted,  // a quota of the service is used up: look again at the resync, tell a person
  conflict,   // somebody else wrote meanwhile: observe again soon
  unavailable,  // no answer, or "later" (time-out, 429, 5xx): back off and repeat
  corrupt,      // an answer that cannot be understood: back off and repeat
  too_large,    // an answer above the cap, not read: ask for less, or back off and repeat
  internal,     // a fault of ours: back off and repeat, count it
};

// Safe to print: a message says where and what, never a body, a header value or key material.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message{};
  // A floor for the next attempt, when the other side named one (Retry-After).
  std::optional<Duration> retry_after{};
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                  std::optional<Duration> retry_after = std::nullopt) {
  return tl::make_unexpected(Error{code, std::move(message), retry_after});
}

// The code's word in logs and status: "unavailable". The strings are part of the interface.
constexpr const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::denied:
      return "denied";
    case ErrorCode::exhausted:
      return "exhausted";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace certloop

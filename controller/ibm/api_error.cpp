#include "controller/ibm/api_error.h"

#include <nlohmann/json.hpp>

#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

// errors[0].code of the standard shape, errorCode of IAM's token service.
std::string service_code(const HttpResponse& response) {
  const auto body = parse_object(response.body.reveal());
  if (!body) return {};
  std::string code = word_member(*body, "errorCode");
  const auto errors = body->find("errors");
  if (errors != body->end() && errors->is_array() && !errors->empty() &&
      errors->front().is_object()) {
    code = word_member(errors->front(), "code");
  }
  return code;
}

// The status of a used-up quota is not established (403 or 409 are likely); the code is.
constexpr const char* kQuotaExceeded = "quota_exceeded";

}  // namespace

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::denied;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 409:
    case 412:
      return ErrorCode::conflict;
    case 408:
    case 425:
    case 429:
      return ErrorCode::unavailable;
    case 501:
      return ErrorCode::invalid;
    default:
      break;
  }
  if (status >= 500) return ErrorCode::unavailable;
  if (status >= 400) return ErrorCode::invalid;
  return ErrorCode::corrupt;  // a redirect, or a success where none was expected
}

Error error_of(std::string_view what, const HttpResponse& response) {
  std::string message = std::string(what) + ": HTTP " + std::to_string(response.status);
  const std::string code = service_code(response);
  if (!code.empty()) message += ", " + code;
  if (!response.trace.empty()) message += " (trace " + response.trace + ")";
  const bool exhausted = code == kQuotaExceeded && response.status / 100 == 4;
  return {exhausted ? ErrorCode::exhausted : code_of_status(response.status), std::move(message),
          response.retry_after};
}

}  // namespace certloop::ibm

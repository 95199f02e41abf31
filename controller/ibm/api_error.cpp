#include "controller/ibm/api_error.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

bool is_code(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

// errors[0].code of the standard shape, errorCode of IAM's token service.
std::string service_code(const HttpResponse& response) {
  const auto body = parse_object(response.body.reveal());
  if (!body) return {};
  std::string code = text_member(*body, "errorCode");
  const auto errors = body->find("errors");
  if (errors != body->end() && errors->is_array() && !errors->empty() &&
      errors->front().is_object()) {
    code = text_member(errors->front(), "code");
  }
  return is_code(code) ? code : std::string();
}

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
  return {code_of_status(response.status), std::move(message), response.retry_after};
}

}  // namespace certloop::ibm

#pragma once
#include <string_view>

#include "controller/ports/http_transport.h"

namespace certloop::ibm {

// The one place where an HTTP status gets its meaning for the loop. Statuses alone decide: error
// codes and texts of the services are not established well enough to branch on.
// (facts: a stale entity tag may come as 409 or 412, so both are a conflict.)
ErrorCode code_of_status(int status);

inline bool succeeded(const HttpResponse& response) {
  return response.status >= 200 && response.status < 300;
}

// An answer that is no success, as an error: "<what>: HTTP 403, forbidden (trace …)". Of the body
// only a well-formed error code is quoted, never the message: services may repeat in it what they
// were sent, and that can be a private key.
Error error_of(std::string_view what, const HttpResponse& response);

}  // namespace certloop::ibm

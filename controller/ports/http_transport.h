#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/result.h"
#include "controller/core/secret_bytes.h"

namespace certloop {

enum class Method { get, post, put, patch, del };
constexpr const char* to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
  }
  return "GET";
}

struct HttpRequest {
  Method method = Method::get;
  v1::Endpoint endpoint{};  // base URL, and whose credentials (the transport adds them)
  std::string path{};       // appended to the base URL; percent-encoded; begins with '/'
  std::vector<std::pair<std::string, std::string>> headers{};  // never credentials
  SecretBytes authorization{};  // value of the Authorization header; empty: none
  std::string content_type{};   // set when there is a body
  SecretBytes body{};
  SteadyTime deadline{};  // the whole exchange: queueing, DNS, connect, TLS, all of the body
};

struct HttpResponse {
  int status = 0;
  std::string content_type{};
  std::optional<Duration> retry_after{};  // from Retry-After, seconds or date, never negative
  std::string trace{};  // the service's correlation id, for logs; printable ASCII, capped
  SecretBytes body{};
};

// One attempt over the network. Any status from 200 to 599 with a whole body is a value; an Error
// means that there was no full and well-formed answer: unavailable (no answer in time, connection
// refused or cut, TLS refused), corrupt (1xx as final answer, unparsable answer) or too_large (a
// body above the transport's cap; the rest of it is not read).
// No retries, with two exceptions that are no retry loops: a pooled connection that the server had
// closed is replaced once, and a token is renewed once after a 401 (BearerTransport).
// Redirects are never followed. Threads: any number at once.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  virtual Result<HttpResponse> send(HttpRequest request) = 0;
};

}  // namespace certloop

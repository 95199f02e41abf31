#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "controller/ports/http_transport.h"

namespace certloop::test {

// A request as it was sent, in plain text.
struct Sent {
  Method method = Method::get;
  v1::Endpoint endpoint{};
  std::string path{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string authorization{};
  std::string content_type{};
  std::string body{};
  SteadyTime deadline{};
};

inline HttpResponse answer(int status, std::string body = {}) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = SecretBytes(std::move(body));
  return response;
}

// Answers as scripted, in order, and keeps what it was asked. A request beyond the script gets an
// internal error. Threads: any.
class FakeTransport : public HttpTransport {
 public:
  using Script = std::function<Result<HttpResponse>(const Sent&)>;

  Result<HttpResponse> send(HttpRequest request) override;

  void then(Script script);
  void then(int status, std::string body = {});
  void then(ErrorCode code);

  std::vector<Sent> sent() const;
  Sent last() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Script> script_;
  std::size_t next_ = 0;
  std::vector<Sent> sent_;
};

}  // namespace certloop::test

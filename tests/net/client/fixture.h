#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "controller/net/cpprest_transport.h"
#include "tests/support/catch.h"
#include "tests/support/hostile_server.h"

namespace certloop::test {

class RealClock : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

// A transport over the real network stack. However a test treats it, no task inside the library may
// fail unseen: that ends the process where it is not counted.
class ClientFixture {
 public:
  ClientFixture() { net::initialize_client_threads(4); }
  ~ClientFixture() {
    transport_.reset();
    CHECK(net::unobserved_task_errors() == unobserved_before_);
  }
  ClientFixture(const ClientFixture&) = delete;
  ClientFixture& operator=(const ClientFixture&) = delete;

  void use(net::TransportOptions options) {
    transport_ = net::make_cpprest_transport(clock_, std::move(options));
  }

  HttpRequest request(Method method, const std::string& url, const std::string& path,
                      Duration limit = std::chrono::seconds(20)) {
    return {.method = method,
            .endpoint = {.url = url},
            .path = path,
            .deadline = clock_.steady_now() + limit};
  }
  Result<HttpResponse> send(HttpRequest made) { return transport_->send(std::move(made)); }
  Result<HttpResponse> get(const std::string& url, const std::string& path = "/",
                           Duration limit = std::chrono::seconds(20)) {
    return send(request(Method::get, url, path, limit));
  }
  // The same, telling how long it took.
  std::pair<Result<HttpResponse>, Duration> timed_get(const std::string& url, Duration limit) {
    const SteadyTime begun = clock_.steady_now();
    auto answer = get(url, "/", limit);
    return {std::move(answer), std::chrono::duration_cast<Duration>(clock_.steady_now() - begun)};
  }
  HttpTransport& transport() { return *transport_; }
  void destroy_transport() { transport_.reset(); }

 protected:
  RealClock clock_;

 private:
  const std::size_t unobserved_before_ = net::unobserved_task_errors();
  std::unique_ptr<HttpTransport> transport_ = net::make_cpprest_transport(clock_, {});
};

inline std::string text(const Result<HttpResponse>& answer) {
  return answer ? std::string(answer->body.reveal())
                : std::string(to_string(answer.error().code)) + ": " + answer.error().message;
}

inline bool fails_with(const Result<HttpResponse>& answer, ErrorCode code) {
  UNSCOPED_INFO("got " << text(answer));
  return !answer && answer.error().code == code;
}

}  // namespace certloop::test

#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "controller/net/http_server.h"
#include "tests/support/catch.h"
#include "tests/support/raw_client.h"

namespace certloop::net {

using std::chrono::milliseconds;
using test::RawAnswer;
using test::RawClient;

// Small enough that every limit is reached in a test's time.
inline ServerLimits small_limits() {
  return {.header_bytes = 1024,
          .body_bytes = 4096,
          .request_deadline = Duration(300),
          .idle_timeout = Duration(300),
          .answer_deadline = Duration(300),
          .connections = 64};
}

// For cases that are not about time: a busy machine must not fail them.
inline ServerLimits patient_limits() {
  auto limits = small_limits();
  limits.request_deadline = limits.idle_timeout = limits.answer_deadline = Duration(30'000);
  return limits;
}

// Where handlers leave the requests they do not answer, for the test's thread to pick up.
class Inbox {
 public:
  void put(std::shared_ptr<Responder> responder) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(responder));
    arrived_.notify_all();
  }
  // The oldest one; null if none comes in five seconds.
  std::shared_ptr<Responder> take() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(5), [this] { return !waiting_.empty(); }))
      return nullptr;
    auto responder = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return responder;
  }

 private:
  std::mutex mutex_{};
  std::condition_variable arrived_{};
  std::vector<std::shared_ptr<Responder>> waiting_{};
};

// A started server with: GET /ok, POST /echo (answers the body), POST /describe (what the handler
// saw of the request), GET /hold (left in the inbox), GET /drop (nobody answers), GET /throw.
struct TestServer {
  explicit TestServer(ServerLimits limits = patient_limits(),
                      const std::string& address = "127.0.0.1:0") {
    auto listening = HttpServer::listen(address, limits);
    REQUIRE(listening.has_value());
    server = std::move(*listening);
    add_routes();
    server->start();
  }

  void add_routes();
  RawClient connect() const { return RawClient(server->port()); }
  // A new connection, one request, its answer.
  RawAnswer ask(const std::string& request) const {
    auto client = connect();
    client.send(request);
    return client.read_answer();
  }
  // Does a healthy caller get its answer?
  bool is_healthy() const { return ask("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n").status == 200; }

  // Outlives the server, whose handlers refer to it.
  std::unique_ptr<Inbox> inbox = std::make_unique<Inbox>();
  std::atomic<int> handled{0};
  std::unique_ptr<HttpServer> server{};
};

inline const std::string kGetOk = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string kGetHold = "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string kHalfBody =
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf";

inline std::string post_echo(const std::string& fields, const std::string& body) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

}  // namespace certloop::net

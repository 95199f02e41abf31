#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/core/result.h"

// The server side of HTTP: Boost.Beast under every rule of hack/adr (why not cpprestsdk's listener
// is told there). One thread; handlers parse, enqueue and return, they never block.
namespace certloop::net {

struct ServerRequest {
  std::string method{};
  std::string path{};                                          // percent-decoded, without the query
  std::string query{};                                         // raw
  std::vector<std::pair<std::string, std::string>> headers{};  // names lowercased, values as sent
  std::string body{};
  bool peer_is_loopback = false;  // the TCP peer; a proxy on this machine makes all peers loopback

  // First header of that (lowercase) name, else empty.
  const std::string& header(const std::string& name) const;
};

struct ServerResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

// The right to answer one request. Copies share it; the first answer wins, later ones vanish.
// Threads: any. If every copy is dropped unanswered, the peer gets a 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void answer(ServerResponse response) = 0;
  // If no answer came after `wait`, `fallback` is sent.
  virtual void answer_after(Duration wait, ServerResponse fallback) = 0;
};
using Handler = std::function<void(ServerRequest, std::shared_ptr<Responder>)>;
// Looks at a request before its body is read, so that a stranger's body never costs memory. An
// answer refuses the request; empty lets it through.
using Guard = std::function<std::optional<ServerResponse>(const ServerRequest&)>;

struct ServerLimits {
  std::uint32_t header_bytes = 8 * 1024;  // the request line, and again all fields together
  std::uint64_t body_bytes = 1024 * 1024;
  Duration request_deadline{10'000};  // header and body together; progress does not extend it
  Duration idle_timeout{15'000};      // between requests on one connection
  Duration answer_deadline{30'000};   // from the whole request to the answer, else 503
  // Capped at the process's descriptor limit minus 64, after listen() raised that limit as far as
  // the process may. At the cap a newcomer takes the place of whoever has waited longest.
  std::size_t connections = 4096;
};

class HttpServer {
 public:
  // Binds and listens at once, before anything else of the program exists; requests are accepted
  // into the backlog but answered only after start(). `address` is "127.0.0.1:8080",
  // "[::1]:8080"; port 0 takes a free one. Errors: invalid (address), unavailable (in use).
  static Result<std::unique_ptr<HttpServer>> listen(const std::string& address,
                                                    ServerLimits limits = {});
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  // Before start() only. A method that is not registered for a known path is 405 with Allow, an
  // unknown path 404; HEAD, OPTIONS and TRACE are never answered by themselves.
  virtual void route(std::string method, std::string path, Handler handler, Guard guard = {}) = 0;
  virtual void start() = 0;
  // Stops accepting, drops idle and half-read connections, lets handlers answer for up to `grace`,
  // then closes what is left. Returns within grace plus a little. Idempotent. Not from a handler.
  virtual void stop(Duration grace) = 0;
};

}  // namespace certloop::net

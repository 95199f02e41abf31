#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/time.h"
#include "tests/support/test_tls.h"

// A server that does with each connection what a script says, byte by byte: for tests of what a
// client survives. Plain sockets and threads; nothing of it is shared with the code under test.
namespace certloop::test {

// One accepted connection, as its script sees it. Every call ends when the client goes away or the
// server is destroyed.
class Peer {
 public:
  virtual ~Peer() = default;
  // The next request, head and body (by its Content-Length); empty when the client has gone.
  virtual std::string read_request() = 0;
  // False when the client has gone.
  virtual bool send(std::string_view bytes) = 0;
  // Waits until the client closes, at most that long. True: it has.
  virtual bool closed_within(Duration limit) = 0;
  // Ends the connection with a reset in place of an orderly close. Nothing may follow.
  virtual void reset() = 0;
};

// When the script returns, the connection is closed.
using Script = std::function<void(Peer&)>;

struct ServerTls {
  PemPair pair{};
  std::string max_version{};  // "TLSv1.1"; empty: what OpenSSL has
};

class HostileServer {
 public:
  // Connection n runs script n; those beyond run the last one.
  explicit HostileServer(std::vector<Script> scripts, std::optional<ServerTls> tls = std::nullopt);
  // Ends all connections and waits for their scripts.
  ~HostileServer();

  std::string url(const std::string& host = "127.0.0.1") const;
  std::uint16_t port() const;
  // Accepted so far.
  std::size_t connections() const;
  // Read so far by all scripts, in order of their arrival.
  std::vector<std::string> requests() const;

 private:
  struct Shared;
  class Connection;
  std::unique_ptr<Shared> shared_;
};

// "HTTP/1.1 200 OK" with that body and its length, and `extra` header lines ("A: b\r\n").
std::string ok(std::string_view body, std::string_view extra = {});

// Reads one request, sends `bytes`, waits for the client to go.
Script say(std::string bytes);
// The same, but closes at once.
Script say_and_close(std::string bytes);
// Reads one request, sends `head`, then `piece` again and again until the client goes.
Script flood(std::string head, std::string piece);
// Answers every request with `answer(request)` and keeps the connection open.
Script serve(std::function<std::string(const std::string& request)> answer);

// "GET /path HTTP/1.1" -> "/path".
std::string target_of(const std::string& request);

}  // namespace certloop::test

#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "controller/net/http_server.h"

namespace boost::asio {
class io_context;
}

// One connection of the server. Everything here happens on the io thread.
namespace certloop::net {

struct Route {
  Handler handler{};
  Guard guard{};
};

// Where a request goes. Without a route: `allow` lists the path's methods (405), or is empty as
// the path is unknown (404).
struct RouteMatch {
  const Route* route = nullptr;
  std::string allow{};
};

// What a session needs of its server; it outlives every session.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  virtual RouteMatch find_route(const std::string& method, const std::string& path) const = 0;
  virtual const ServerLimits& limits() const = 0;
  virtual bool is_stopping() const = 0;
  // The session of that ticket has served a request: it goes to the end of the queue for eviction
  // and is known by the returned ticket from now on.
  virtual std::uint64_t renew(std::uint64_t ticket) = 0;
  virtual void forget(std::uint64_t ticket) = 0;
};

// Reads a request, has it handled, sends the answer, and again. It lives as long as the host's
// reference or an operation of its own.
class Session {
 public:
  virtual ~Session() = default;
  virtual void start() = 0;
  // True while a handler owes an answer. Every other state may be ended to make room: who has sent
  // half a body is still waiting, not working.
  virtual bool is_handling() const = 0;
  // Ends the session now. The host forgets it before this returns.
  virtual void close() = 0;
  // The server stops: ends the session unless an answer is owed or on its way.
  virtual void wind_down() = 0;
};

// Takes over the connected descriptor `socket`, also if it fails: then the result is null.
std::shared_ptr<Session> make_session(std::shared_ptr<boost::asio::io_context> loop, int socket,
                                      bool peer_is_loopback, SessionHost& host,
                                      std::uint64_t ticket);

}  // namespace certloop::net

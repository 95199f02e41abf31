#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// How an answer leaves the house.
enum class Ending {
  kWhole,    // as HTTP wants it
  kCutBody,  // full Content-Length, half of the body, then closed
  kClose,    // closed without a byte
  kReset,    // RST without a byte
};

struct Answer {
  Response response{};
  Ending ending = Ending::kWhole;
  std::chrono::milliseconds delay{0};  // before the first byte
};

// Called on the server's thread with every whole request; `source` is the caller's port. Must not
// throw and must not wait; calls `deliver` once, now or later, on that thread.
using Deliver = std::function<void(Answer)>;
using RequestHandler = std::function<void(Request request, std::uint16_t source, Deliver deliver)>;

// What a new connection begins with. Called on the server's thread.
using TlsChoice = std::function<boost::asio::ssl::context&()>;

enum class Transport { kPlain, kTls };

// An HTTP/1.1 server: one io_context, one thread, any number of connections. Bodies and unpacked
// bodies end at 8 MiB (413), headers at 32 KiB. Also the scheduler of its thread.
class Server : public Scheduler {
 public:
  // Listens when it returns; nothing is accepted before start(). Throws std::runtime_error.
  Server(const std::string& address, std::uint16_t port, Transport transport = Transport::kPlain);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::string url() const;  // wildcard addresses are told as loopback ones

  // Once. `tls` is needed by the transport of that name.
  void start(RequestHandler handler, TlsChoice tls = {});
  void stop();  // joins the thread; pending tasks never run

  // From any thread; the task runs on the server's. What it throws is told on stderr.
  void after(std::chrono::milliseconds wait, std::function<void()> task) override;

  // For asynchronous clients that live on the server's thread.
  boost::asio::io_context& io() { return io_; }

 private:
  void accept();

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::ip::tcp::endpoint endpoint_{};  // what the acceptor is bound to
  boost::asio::steady_timer breath_{io_};      // pause when the process is out of descriptors
  Transport transport_;
  RequestHandler handler_{};
  TlsChoice tls_{};
  std::thread thread_{};
};

}  // namespace localcloud

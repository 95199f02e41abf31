#include "hack/localcloud/frame/server.h"

#include <boost/asio/post.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "hack/localcloud/frame/connection.h"

namespace localcloud {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kBreath{20};

// A task or an answer to one of our own calls that fails must not take the cloud with it.
void run(asio::io_context& io) {
  while (!io.stopped()) {
    try {
      io.run();
    } catch (const std::exception& error) {
      std::cerr << "localcloud: a background task failed: " << error.what() << '\n';
    } catch (...) {
      std::cerr << "localcloud: a background task failed\n";
    }
  }
}

}  // namespace

Server::Server(const std::string& address, std::uint16_t port, Transport transport)
    : transport_(transport) {
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) throw std::runtime_error("not an IP address: " + address);
  const tcp::endpoint endpoint(parsed, port);
  try {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(kBacklog);
    endpoint_ = acceptor_.local_endpoint();
  } catch (const boost::system::system_error& failure) {
    throw std::runtime_error("cannot listen on " + address + ":" + std::to_string(port) + ": " +
                             failure.code().message());
  }
}

Server::~Server() {
  stop();
}

std::uint16_t Server::port() const {
  return endpoint_.port();
}

std::string Server::url() const {
  const auto address = endpoint_.address();
  std::string host = address.to_string();
  if (address.is_unspecified()) host = address.is_v6() ? "::1" : "127.0.0.1";
  if (address.is_v6()) host = "[" + host + "]";
  const std::string scheme = transport_ == Transport::kTls ? "https://" : "http://";
  return scheme + host + ":" + std::to_string(port());
}

void Server::start(RequestHandler handler, TlsChoice tls) {
  handler_ = std::move(handler);
  tls_ = std::move(tls);
  accept();
  thread_ = std::thread([this] { run(io_); });
}

void Server::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

void Server::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    if (!error) {
      accept();  // first: whatever happens to one caller, the next is let in
      auto* context = transport_ == Transport::kTls ? &tls_() : nullptr;
      std::make_shared<Connection>(std::move(socket), context, handler_)->start();
    } else if (error != asio::error::operation_aborted) {
      breath_.expires_after(kBreath);
      breath_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped) accept();
      });
    }
  });
}

void Server::after(std::chrono::milliseconds wait, std::function<void()> task) {
  asio::post(io_, [this, wait, task = std::move(task)]() mutable {
    auto timer = std::make_shared<asio::steady_timer>(io_, wait);
    timer->async_wait([timer, task = std::move(task)](boost::system::error_code stopped) {
      if (!stopped) task();
    });
  });
}

}  // namespace localcloud

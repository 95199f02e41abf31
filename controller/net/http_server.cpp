#include "controller/net/http_server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <map>
#include <mutex>
#include <thread>

#include "controller/net/http_session.h"

namespace certloop::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

// After a failed accept, which is nearly always the want of a descriptor: trying again at once
// would only burn a core until somebody leaves.
constexpr Duration kAcceptPause{100};
// Descriptors left to everything else in the process.
constexpr std::size_t kSpareDescriptors = 64;
// A grace beyond this is taken for "very long"; it keeps the timer's arithmetic from overflowing.
constexpr Duration kLongestGrace = std::chrono::hours(24);

Result<tcp::endpoint> parse_address(const std::string& text) {
  const auto invalid = fail(ErrorCode::invalid,
                            "not an address to listen on (like 127.0.0.1:8080 or "
                            "[::1]:8080): " +
                                text);
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return invalid;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data() + colon + 1, end, port);
  if (failure != std::errc{} || stop != end) return invalid;
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  error_code unreadable;
  const auto address = asio::ip::make_address(host, unreadable);
  if (unreadable || address.is_v6() != bracketed) return invalid;
  return tcp::endpoint(address, port);
}

// How many descriptors this process may hold, after raising its soft limit to the hard one: the
// soft one is kept low for programs that use select(), which nothing here does.
std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur;
}

std::size_t connection_cap(std::size_t wanted) {
  const auto descriptors = std::max(raise_descriptor_limit(), kSpareDescriptors + 1);
  return std::clamp<std::size_t>(wanted, 1, descriptors - kSpareDescriptors);
}

// A peer whose address cannot be told is none of ours.
bool comes_from_loopback(const tcp::socket& socket) {
  error_code unknown;
  const auto address = socket.remote_endpoint(unknown).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

class BeastServer final : public HttpServer, private SessionHost {
 public:
  explicit BeastServer(ServerLimits limits) : limits_(limits) {
    limits_.connections = connection_cap(limits.connections);
  }
  ~BeastServer() override { stop(Duration::zero()); }

  // The error of the first step that failed, with what it means for the operator.
  Result<void> open(const tcp::endpoint& endpoint, const std::string& address);

  std::uint16_t port() const override { return port_; }
  void route(std::string method, std::string path, Handler handler, Guard guard) override {
    routes_[std::move(path)][std::move(method)] = {std::move(handler), std::move(guard)};
  }
  void start() override;
  void stop(Duration grace) override;

 private:
  RouteMatch find_route(const std::string& method, const std::string& path) const override;
  const ServerLimits& limits() const override { return limits_; }
  bool is_stopping() const override { return stopping_; }
  std::uint64_t renew(std::uint64_t ticket) override;
  void forget(std::uint64_t ticket) override;

  void run();
  void accept();
  void on_accept(error_code failure, tcp::socket socket);
  bool make_room();
  void begin_stop(Duration grace);
  void close_all();

  ServerLimits limits_;
  std::map<std::string, std::map<std::string, Route>> routes_{};  // path, method
  std::uint16_t port_ = 0;

  // Shared with the responders, which may outlive the server; every session is gone before.
  const std::shared_ptr<asio::io_context> loop_ = std::make_shared<asio::io_context>(1);
  tcp::acceptor acceptor_{*loop_};
  asio::steady_timer accept_pause_{*loop_};
  asio::steady_timer grace_{*loop_};
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_->get_executor()};

  // Of the io thread. In the order of eviction: who has waited longest comes first.
  std::map<std::uint64_t, std::shared_ptr<Session>> sessions_{};
  std::uint64_t next_ticket_ = 0;
  bool stopping_ = false;

  std::mutex life_{};  // guards the two below: start() and stop() may come from different threads
  std::thread thread_{};
  bool stopped_ = false;
};

Result<void> BeastServer::open(const tcp::endpoint& endpoint, const std::string& address) {
  error_code failure;
  acceptor_.open(endpoint.protocol(), failure);
  if (!failure) acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor_.bind(endpoint, failure);
  if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) port_ = acceptor_.local_endpoint(failure).port();
  if (!failure) return {};
  const bool wrong_address = failure == asio::error::access_denied ||
                             failure == boost::system::errc::address_not_available ||
                             failure == boost::system::errc::address_family_not_supported;
  return fail(wrong_address ? ErrorCode::invalid : ErrorCode::unavailable,
              "cannot listen on " + address + ": " + failure.message());
}

void BeastServer::start() {
  const std::lock_guard lock(life_);
  if (stopped_ || thread_.joinable()) return;
  accept();
  thread_ = std::thread([this] { run(); });
}

void BeastServer::run() {
  for (;;) {
    try {
      loop_->run();
      return;
    } catch (...) {
      // Out of memory in one connection must not end the others; its own timer will close it.
    }
  }
}

void BeastServer::accept() {
  acceptor_.async_accept([this](error_code failure, tcp::socket socket) {
    if (acceptor_.is_open()) on_accept(failure, std::move(socket));
  });
}

void BeastServer::on_accept(error_code failure, tcp::socket socket) {
  if (failure) {
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](error_code) {
      if (acceptor_.is_open()) accept();
    });
    return;
  }
  accept();
  if (!make_room()) return;
  const auto ticket = next_ticket_++;
  const bool is_local = comes_from_loopback(socket);
  const auto session = make_session(loop_, socket.release(), is_local, *this, ticket);
  if (!session) return;
  sessions_.emplace(ticket, session);
  session->start();
}

// False if every connection has a request in a handler: then the newcomer has to go.
bool BeastServer::make_room() {
  if (sessions_.size() < limits_.connections) return true;
  const auto oldest = std::ranges::find_if(
      sessions_, [](const auto& entry) { return !entry.second->is_handling(); });
  if (oldest == sessions_.end()) return false;
  oldest->second->close();
  return true;
}

RouteMatch BeastServer::find_route(const std::string& method, const std::string& path) const {
  RouteMatch match;
  const auto methods = routes_.find(path);
  if (methods == routes_.end()) return match;
  const auto found = methods->second.find(method);
  if (found != methods->second.end()) {
    match.route = &found->second;
    return match;
  }
  for (const auto& [name, route] : methods->second)
    match.allow += (match.allow.empty() ? "" : ", ") + name;
  return match;
}

std::uint64_t BeastServer::renew(std::uint64_t ticket) {
  auto entry = sessions_.extract(ticket);
  entry.key() = next_ticket_++;
  return sessions_.insert(std::move(entry)).position->first;
}

void BeastServer::forget(std::uint64_t ticket) {
  sessions_.erase(ticket);
  if (stopping_ && sessions_.empty()) grace_.cancel();
}

// The loop ends by itself when the last operation has: nothing may be left waiting.
void BeastServer::begin_stop(Duration grace) {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  work_.reset();
  const auto sessions = sessions_;
  for (const auto& [ticket, session] : sessions) session->wind_down();
  if (sessions_.empty()) return;
  grace_.expires_after(std::clamp(grace, Duration::zero(), kLongestGrace));
  grace_.async_wait([this](error_code) { close_all(); });
}

void BeastServer::close_all() {
  const auto sessions = sessions_;
  for (const auto& [ticket, session] : sessions) session->close();
}

void BeastServer::stop(Duration grace) {
  const std::lock_guard lock(life_);
  stopped_ = true;
  if (thread_.joinable()) {
    asio::post(*loop_, [this, grace] { begin_stop(grace); });
    thread_.join();
  }
  error_code ignored;
  acceptor_.close(ignored);
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const std::string& address,
                                                       ServerLimits limits) {
  const auto endpoint = parse_address(address);
  if (!endpoint) return tl::make_unexpected(endpoint.error());
  auto server = std::make_unique<BeastServer>(limits);
  if (const auto opened = server->open(*endpoint, address); !opened)
    return tl::make_unexpected(opened.error());
  return server;
}

}  // namespace certloop::net

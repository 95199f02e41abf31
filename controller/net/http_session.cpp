#include "controller/net/http_session.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "controller/net/http_answer.h"
#include "controller/net/http_request_rules.h"
#include "controller/net/http_responder.h"

namespace certloop::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

// How long a peer that still sends is read from after a refusal. Closing at once would answer its
// next packet with a reset, and the reset would destroy our answer on its side.
constexpr Duration kLinger{1'000};
constexpr int kLingerReads = 4'096;
// Beyond the header's limit, so that the parser meets its limit before the buffer is full.
constexpr std::size_t kBufferSlack = 4'096;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What to answer to a failed read; nothing if the peer is gone.
std::optional<int> refusal_of(error_code failure) {
  if (failure == http::error::end_of_stream || failure == http::error::partial_message)
    return std::nullopt;
  if (failure == http::error::body_limit) return 413;
  if (failure == http::error::header_limit || failure == http::error::buffer_overflow) return 431;
  const bool malformed = failure.category() == make_error_code(http::error::bad_method).category();
  return malformed ? std::optional(400) : std::nullopt;
}

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

class BeastSession final : public Session,
                           public AnswerSink,
                           public std::enable_shared_from_this<BeastSession> {
 public:
  BeastSession(std::shared_ptr<asio::io_context> loop, tcp::socket socket, bool peer_is_loopback,
               SessionHost& host, std::uint64_t ticket)
      : loop_(std::move(loop)),
        socket_(std::move(socket)),
        timer_(*loop_),
        peer_is_loopback_(peer_is_loopback),
        host_(host),
        ticket_(ticket),
        buffer_(host.limits().header_bytes + kBufferSlack) {}

  void start() override;
  bool is_handling() const override { return phase_ == Phase::handling; }
  void close() override;
  void wind_down() override {
    if (phase_ != Phase::handling && phase_ != Phase::answering) close();
  }
  void take_answer(std::uint64_t request, ServerResponse answer) override;
  void take_fallback(std::uint64_t request, Duration wait, ServerResponse fallback) override;

 private:
  enum class Phase { waiting, reading, handling, answering, lingering, closed };

  // The continuation of an asynchronous operation: keeps the session alive until it ran, and is
  // nothing once the session is closed.
  auto then(void (BeastSession::*step)(error_code)) {
    return [self = shared_from_this(), step](error_code failure, auto...) {
      if (self->phase_ != Phase::closed) (self.get()->*step)(failure);
    };
  }
  // The same for a step that only success leads to: a failure closes the session.
  auto on_success(void (BeastSession::*step)()) {
    return [self = shared_from_this(), step](error_code failure, auto...) {
      if (failure) return self->close();
      if (self->phase_ != Phase::closed) (self.get()->*step)();
    };
  }
  void enter(Phase phase, Duration limit);
  void on_time_out(error_code failure);

  void await_request();
  void read_request();
  void on_header(error_code failure);
  bool take_header();
  void route();
  std::optional<ServerResponse> refused_by_guard() const;
  void read_body();
  void on_body(error_code failure);
  void on_read_failure(error_code failure);
  void dispatch();

  void refuse(int status) { answer(plain_answer(status), /*may_keep_alive=*/false); }
  void answer(ServerResponse response, bool may_keep_alive);
  void after_answer();
  void linger();

  const std::shared_ptr<asio::io_context> loop_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  const bool peer_is_loopback_;
  SessionHost& host_;
  std::uint64_t ticket_;
  Phase phase_ = Phase::waiting;

  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_{};
  ServerRequest request_{};
  RouteMatch route_{};
  std::uint64_t request_number_ = 0;
  bool keep_alive_ = false;
  bool head_only_ = false;

  // Sent when the time for an answer is over.
  ServerResponse late_answer_{};
  bool late_keep_alive_ = false;
  std::string answer_head_{};
  std::string answer_body_{};
  int linger_reads_ = 0;
};

void BeastSession::start() {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  read_request();
}

void BeastSession::close() {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  phase_ = Phase::closed;
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel(ignored);
  host_.forget(ticket_);
}

void BeastSession::enter(Phase phase, Duration limit) {
  phase_ = phase;
  timer_.expires_after(limit);
  timer_.async_wait(then(&BeastSession::on_time_out));
}

void BeastSession::on_time_out(error_code failure) {
  // A wait that had already fired when the timer was set anew comes back without an error.
  if (failure || timer_.expiry() > std::chrono::steady_clock::now()) return;
  if (phase_ == Phase::handling) return answer(std::move(late_answer_), late_keep_alive_);
  close();
}

void BeastSession::await_request() {
  if (buffer_.size() > 0) return read_request();
  enter(Phase::waiting, host_.limits().idle_timeout);
  socket_.async_wait(tcp::socket::wait_read, on_success(&BeastSession::read_request));
}

void BeastSession::read_request() {
  parser_.emplace();
  parser_->header_limit(host_.limits().header_bytes);
  parser_->body_limit(host_.limits().body_bytes);
  keep_alive_ = false;
  head_only_ = false;
  enter(Phase::reading, host_.limits().request_deadline);
  http::async_read_header(socket_, buffer_, *parser_, then(&BeastSession::on_header));
}

void BeastSession::on_header(error_code failure) {
  if (failure) return on_read_failure(failure);
  if (!take_header()) return refuse(400);
  route();
}

// False if the request has to be refused.
bool BeastSession::take_header() {
  const auto& head = parser_->get();
  request_ = ServerRequest{};
  request_.peer_is_loopback = peer_is_loopback_;
  request_.method = view(head.method_string());
  head_only_ = request_.method == "HEAD";
  for (const auto& field : head)
    add_header(request_, view(field.name_string()), view(field.value()));
  if (!read_target(view(head.target()), request_)) return false;
  if (!head_is_unambiguous(head.version(), request_)) return false;
  keep_alive_ = head.version() == 11 && head.keep_alive();
  return true;
}

// Known before the body is read: nobody fills our memory on a path that does not exist.
void BeastSession::route() {
  route_ = host_.find_route(request_.method, request_.path);
  if (!route_.route) {
    auto miss = plain_answer(route_.allow.empty() ? 404 : 405);
    if (!route_.allow.empty()) miss.headers.emplace_back("Allow", route_.allow);
    return answer(std::move(miss), /*may_keep_alive=*/parser_->is_done());
  }
  if (auto refusal = refused_by_guard()) {
    return answer(std::move(*refusal), /*may_keep_alive=*/parser_->is_done());
  }
  if (parser_->is_done()) return dispatch();
  if (!expects_continue(parser_->get().version(), request_)) return read_body();
  asio::async_write(socket_, asio::buffer(kContinue), on_success(&BeastSession::read_body));
}

std::optional<ServerResponse> BeastSession::refused_by_guard() const {
  if (!route_.route->guard) return std::nullopt;
  try {
    return route_.route->guard(request_);
  } catch (...) {
    return plain_answer(500);
  }
}

void BeastSession::read_body() {
  http::async_read(socket_, buffer_, *parser_, then(&BeastSession::on_body));
}

void BeastSession::on_body(error_code failure) {
  if (failure) return on_read_failure(failure);
  request_.body = std::move(parser_->get().body());
  dispatch();
}

void BeastSession::on_read_failure(error_code failure) {
  const auto status = refusal_of(failure);
  if (!status) return close();
  head_only_ = parser_->get().method() == http::verb::head;
  refuse(*status);
}

void BeastSession::dispatch() {
  late_answer_ = plain_answer(503);
  late_keep_alive_ = false;
  enter(Phase::handling, host_.limits().answer_deadline);
  const auto responder =
      std::make_shared<SessionResponder>(loop_, weak_from_this(), ++request_number_);
  try {
    route_.route->handler(std::move(request_), responder);
  } catch (...) {
    responder->answer(plain_answer(500));
  }
}

void BeastSession::take_answer(std::uint64_t request, ServerResponse response) {
  if (phase_ != Phase::handling || request != request_number_) return;
  answer(std::move(response), /*may_keep_alive=*/true);
}

// The earliest of several fallbacks, and of the answer deadline, is the one that counts.
void BeastSession::take_fallback(std::uint64_t request, Duration wait, ServerResponse fallback) {
  if (phase_ != Phase::handling || request != request_number_) return;
  wait = std::clamp(wait, Duration::zero(), host_.limits().answer_deadline);
  if (std::chrono::steady_clock::now() + wait >= timer_.expiry()) return;
  late_answer_ = std::move(fallback);
  late_keep_alive_ = true;
  enter(Phase::handling, wait);
}

void BeastSession::answer(ServerResponse response, bool may_keep_alive) {
  keep_alive_ = keep_alive_ && may_keep_alive && !host_.is_stopping();
  answer_head_ = answer_head(response, keep_alive_);
  answer_body_ = head_only_ ? std::string() : std::move(response.body);
  enter(Phase::answering, host_.limits().request_deadline);
  const std::array bytes{asio::buffer(std::as_const(answer_head_)),
                         asio::buffer(std::as_const(answer_body_))};
  asio::async_write(socket_, bytes, on_success(&BeastSession::after_answer));
}

void BeastSession::after_answer() {
  answer_body_ = std::string();  // a waiting connection keeps no memory but its buffer
  if (keep_alive_ && !host_.is_stopping()) {
    ticket_ = host_.renew(ticket_);
    return await_request();
  }
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  if (host_.is_stopping()) return close();
  enter(Phase::lingering, kLinger);
  linger();
}

void BeastSession::linger() {
  if (++linger_reads_ > kLingerReads) return close();
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(buffer_.max_size()), on_success(&BeastSession::linger));
}

}  // namespace

std::shared_ptr<Session> make_session(std::shared_ptr<asio::io_context> loop, int descriptor,
                                      bool peer_is_loopback, SessionHost& host,
                                      std::uint64_t ticket) {
  tcp::socket socket(*loop);
  error_code failure;
  // The family matters only to bind and connect, which a connected socket is past.
  socket.assign(tcp::v4(), descriptor, failure);
  if (failure) {
    ::close(descriptor);
    return nullptr;
  }
  return std::make_shared<BeastSession>(std::move(loop), std::move(socket), peer_is_loopback, host,
                                        ticket);
}

}  // namespace certloop::net

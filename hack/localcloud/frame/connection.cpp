#include "hack/localcloud/frame/connection.h"

#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/http.hpp>
#include <iostream>
#include <sstream>

#include "hack/localcloud/frame/characters.h"
#include "hack/localcloud/frame/gzip.h"

namespace localcloud {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t kBodyLimit = 8U << 20;
constexpr std::uint32_t kHeaderLimit = 32U << 10;
constexpr std::chrono::minutes kIdleTime{5};
constexpr std::chrono::seconds kTransferTime{60};
constexpr std::chrono::seconds kLeaveTime{5};
constexpr std::size_t kReadAway = 64U << 10;
constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

Response refusal(int status, const std::string& code, const std::string& message) {
  return ibm_error(status, code, message, "localcloud");
}

// RFC 9110, 6.4.1: these answers end after the header, whatever a fault or a switch has ordered.
bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

// An answer to HEAD, which tells of a body and has none. A workload's comes without it, so that
// only the workload can have told its length.
void leave_out_body(http::response<http::string_body>& message, const std::string& told_length) {
  if (message.body().empty()) {
    message.erase(http::field::content_length);
    if (!told_length.empty()) message.set(http::field::content_length, told_length);
  }
  message.body().clear();
}

void unpack_body(Request& request) {
  if (request.header("content-encoding") != "gzip") return;
  auto content = gunzip(request.body, kBodyLimit);
  if (!content) {
    throw HttpError{refusal(400, "bad_request", "The gzip body is broken or too large.")};
  }
  request.body = std::move(*content);
  std::erase_if(request.headers, [](const auto& one) { return one.first == "content-encoding"; });
}

Request to_request(http::request<http::string_body> message) {
  Request request;
  request.method = text(message.method_string());
  if (!request.aim(text(message.target()))) {
    throw HttpError{refusal(400, "bad_request", "The URL has a broken percent escape.")};
  }
  for (const auto& field : message) {
    request.headers.emplace_back(lowercase(text(field.name_string())), text(field.value()));
  }
  request.body = std::move(message.body());
  unpack_body(request);
  return request;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, asio::ssl::context* context,
                       const RequestHandler& handler)
    : stream_(std::move(socket), context), delay_(stream_.get_executor()), handler_(handler) {
  Error ignored;
  stream_.tcp().socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto remote = stream_.tcp().socket().remote_endpoint(ignored);
  if (!ignored) source_ = remote.port();
}

void Connection::start() {
  if (stream_.tls()) return shake_hands();
  read_header();
}

void Connection::shake_hands() {
  stream_.tcp().expires_after(kTransferTime);
  stream_.tls()->async_handshake(asio::ssl::stream_base::server,
                                 [self = shared_from_this()](Error error) {
                                   if (error) return self->close();
                                   self->read_header();
                                 });
}

void Connection::read_header() {
  parser_.emplace();
  parser_->body_limit(kBodyLimit);
  parser_->header_limit(kHeaderLimit);
  stream_.tcp().expires_after(kIdleTime);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](Error error, std::size_t) { self->on_header(error); });
}

void Connection::on_header(Error error) {
  if (error) return refuse_unreadable(error);
  stream_.tcp().expires_after(kTransferTime);
  if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) return invite_body();
  read_body();
}

void Connection::invite_body() {
  asio::async_write(stream_, asio::buffer(kContinue, sizeof kContinue - 1),
                    [self = shared_from_this()](Error error, std::size_t) {
                      if (!error) self->read_body();
                    });
}

void Connection::read_body() {
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](Error error, std::size_t) { self->on_request(error); });
}

void Connection::on_request(Error error) {
  if (error) return refuse_unreadable(error);
  keep_alive_ = parser_->get().keep_alive();
  head_ = parser_->get().method() == http::verb::head;
  stream_.tcp().expires_never();  // the answer may wait for a workload's
  try {
    handler_(to_request(parser_->release()), source_,
             [self = shared_from_this()](Answer answer) { self->deliver(std::move(answer)); });
  } catch (const HttpError& refused) {
    deliver({refused.response});
  }
}

void Connection::refuse_unreadable(Error error) {
  keep_alive_ = false;
  if (error == http::error::body_limit) {
    return deliver({refusal(413, "payload_too_large", "The body is larger than 8 MiB.")});
  }
  if (error == http::error::header_limit) {
    return deliver({refusal(431, "headers_too_large", "The headers are larger than 32 KiB.")});
  }
  const bool left = error == http::error::end_of_stream || error == http::error::partial_message ||
                    error.category() != make_error_code(http::error::bad_method).category();
  if (left) return close();
  deliver({refusal(400, "bad_request", "This is not HTTP/1.1.")});
}

void Connection::deliver(Answer answer) {
  if (answer.delay.count() == 0) return send(std::move(answer));
  stream_.tcp().expires_never();
  delay_.expires_after(answer.delay);
  delay_.async_wait([self = shared_from_this(), answer = std::move(answer)](Error) mutable {
    self->send(std::move(answer));
  });
}

void Connection::send(Answer answer) {
  stream_.tcp().expires_after(kTransferTime);
  switch (answer.ending) {
    case Ending::kWhole:
    case Ending::kCutBody:
      return send_response(std::move(answer));
    case Ending::kClose:
      return close();
    case Ending::kReset:
      return reset();
  }
}

// What Beast cannot write costs the caller an answer, never the cloud its life.
void Connection::send_response(Answer answer) {
  try {
    if (answer.ending == Ending::kCutBody) return send_half(answer.response);
    send_message(std::move(answer.response));
  } catch (const std::exception& error) {
    std::cerr << "localcloud: an answer cannot be written: " << error.what() << '\n';
    close();
  }
}

http::response<http::string_body> Connection::to_message(Response response) const {
  http::response<http::string_body> message;
  message.version(11);
  message.result(static_cast<unsigned>(response.status));
  message.keep_alive(keep_alive_);
  for (const auto& [name, value] : response.headers) message.insert(name, value);
  if (has_no_body(response.status)) {
    response.content_type.clear();
    response.body.clear();
  }
  if (!response.content_type.empty()) {
    message.set(http::field::content_type, response.content_type);
  }
  message.body() = std::move(response.body);
  const std::string told_length = text(message[http::field::content_length]);
  message.prepare_payload();
  if (head_) leave_out_body(message, told_length);
  return message;
}

void Connection::send_message(Response response) {
  response_ = to_message(std::move(response));
  http::async_write(stream_, response_, [self = shared_from_this()](Error error, std::size_t) {
    if (error) return self->close();
    if (!self->keep_alive_) return self->leave();
    self->read_header();
  });
}

void Connection::send_half(const Response& response) {
  auto message = to_message(response);
  std::ostringstream header;
  header << message.base();
  half_ = header.str() + message.body().substr(0, message.body().size() / 2);
  asio::async_write(stream_, asio::buffer(half_),
                    [self = shared_from_this()](Error, std::size_t) { self->close(); });
}

// A close with unread bytes sends RST, which may overtake the answer: so the caller's rest is read
// away first.
void Connection::leave() {
  stream_.tcp().expires_after(kLeaveTime);
  if (!stream_.tls()) return half_close();
  stream_.tls()->async_shutdown([self = shared_from_this()](Error) { self->close(); });
}

void Connection::half_close() {
  Error ignored;
  stream_.tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  read_away();
}

void Connection::read_away() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadAway),
                          [self = shared_from_this()](Error error, std::size_t) {
                            if (error) return self->close();
                            self->read_away();
                          });
}

void Connection::close() {
  Error ignored;
  stream_.tcp().socket().close(ignored);
}

void Connection::reset() {
  Error ignored;
  stream_.tcp().socket().set_option(asio::socket_base::linger(true, 0), ignored);
  stream_.tcp().socket().close(ignored);
}

}  // namespace localcloud

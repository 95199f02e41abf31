#include "hack/localcloud/frame/outbound.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

#include "hack/localcloud/frame/address.h"
#include "hack/localcloud/frame/characters.h"
#include "hack/localcloud/frame/stream.h"

namespace localcloud {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Done = std::function<void(const OutboundResult&)>;
using Error = beast::error_code;

constexpr std::uint64_t kLargestAnswer = 8U << 20;
constexpr unsigned kSwitching = 101;  // protocols, which nobody has asked for

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

http::request<http::string_body> to_message(OutboundRequest request, const Address& address) {
  http::request<http::string_body> message;
  message.version(11);
  message.method_string(request.method);
  message.target(address.target);
  for (const auto& [name, value] : request.headers) message.insert(name, value);
  const bool is_v6 = address.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + address.host + "]" : address.host;
  message.set(http::field::host, host + ":" + address.port);
  message.keep_alive(false);
  message.body() = std::move(request.body);
  message.prepare_payload();
  return message;
}

// One request and its answer; lives as long as an operation of it is under way.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(asio::io_context& io, asio::ssl::context* tls, http::request<http::string_body> message,
           Done done)
      : stream_(io, tls), message_(std::move(message)), done_(std::move(done)) {}

  // The timer is set once, so it limits the whole exchange.
  void start(const asio::ip::tcp::endpoint& endpoint, const std::string& host,
             std::chrono::milliseconds timeout) {
    stream_.tcp().expires_after(timeout);
    stream_.tcp().async_connect(endpoint, [self = shared_from_this(), host](Error error) {
      if (error) return self->fail("connect", error);
      self->connected_ = true;
      if (self->stream_.tls()) return self->shake_hands(host);
      self->write();
    });
  }

 private:
  void shake_hands(const std::string& host) {
    stream_.tls()->set_verify_callback(asio::ssl::host_name_verification(host));
    stream_.tls()->async_handshake(asio::ssl::stream_base::client,
                                   [self = shared_from_this()](Error error) {
                                     if (error) return self->fail("handshake", error);
                                     self->write();
                                   });
  }

  void write() {
    http::async_write(stream_, message_, [self = shared_from_this()](Error error, std::size_t) {
      if (error) return self->fail("send", error);
      self->read_header();
    });
  }

  // The header for itself: read as a whole, an answer is not held to its limit.
  void read_header() {
    parser_.emplace();
    parser_->body_limit(kLargestAnswer);
    if (message_.method() == http::verb::head) parser_->skip(true);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](Error error, std::size_t) { self->on_header(error); });
  }

  // What comes before the answer ("103 Early Hints") is not it. There is no end to them but the
  // time of the exchange.
  void on_header(Error error) {
    if (error) return fail("receive", error);
    const unsigned status = parser_->get().result_int();
    if (status >= 100 && status < 200 && status != kSwitching) return read_header();
    if (status < 200 || status > 599) {
      return fail("receive", http::make_error_code(http::error::bad_status));
    }
    read_body();
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](Error error, std::size_t) {
                       if (error) return self->fail("receive", error);
                       self->finish();
                     });
  }

  void finish() {
    Error ignored;
    stream_.tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    OutboundResult result{.status = static_cast<int>(parser_->get().result_int()),
                          .connected = true};
    for (const auto& field : parser_->get()) {
      result.headers.emplace_back(lowercase(text(field.name_string())), text(field.value()));
    }
    result.body = std::move(parser_->get().body());
    done_(result);
  }

  void fail(const std::string& step, Error error) {
    const bool late = error == beast::error::timeout;
    done_({.failure = late ? "timeout" : step + ": " + error.message(), .connected = connected_});
  }

  Stream stream_;
  http::request<http::string_body> message_;
  beast::flat_buffer buffer_{};
  std::optional<http::response_parser<http::string_body>> parser_{};
  Done done_;
  bool connected_ = false;
};

}  // namespace

void LoopbackOutbound::send(OutboundRequest request, Done done) {
  const auto address = parse_address(request.url);
  const bool is_secure = address && address->scheme == "https";
  if (!address || !address->is_loopback() || (is_secure && tls_ == nullptr)) {
    asio::post(io_, [done = std::move(done)] {
      done({.failure = "the local cloud speaks to loopback addresses only, https with --tls only"});
    });
    return;
  }
  const std::string ip = address->host == "localhost" ? "127.0.0.1" : address->host;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(ip),
                                         static_cast<std::uint16_t>(std::stoi(address->port)));
  const auto timeout = request.timeout;
  std::make_shared<Exchange>(io_, is_secure ? tls_ : nullptr,
                             to_message(std::move(request), *address), std::move(done))
      ->start(endpoint, address->host, timeout);
}

}  // namespace localcloud

#include "controller/net/cpprest_client.h"

#include <cpprest/http_client.h>
#include <cpprest/rawptrstream.h>

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <condition_variable>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "controller/net/answer_rules.h"
#include "controller/net/body_buffer.h"
#include "controller/net/tls_rules.h"

namespace certloop::net {
namespace {

using web::http::http_headers;
using web::http::client::http_client;
using web::http::client::http_client_config;
using Socket = boost::asio::ip::tcp::socket;
using TlsStream = boost::asio::ssl::stream<Socket&>;

// Thrown from our callbacks through the library back to us.
struct UnusableCaFile {};
struct ResendRefused {};

// What the library does with the connection of the attempt that is going on.
struct Probe {
  std::atomic<int> sends{0};
  std::atomic<bool> reused{false};

  // Called for each sending of a request, before its first byte. A second one within an attempt is
  // the library's own repeat after a reused connection turned out to be closed.
  void on_send(web::http::client::native_handle handle, bool tls) {
    if (sends.fetch_add(1) > 0) throw ResendRefused();
    reused = tls ? static_cast<TlsStream*>(handle)->lowest_layer().is_open()
                 : static_cast<Socket*>(handle)->is_open();
  }
};

http_client_config make_config(const Origin& origin, const TransportOptions& options,
                               const std::shared_ptr<Probe>& probe) {
  http_client_config config;
  config.set_timeout(options.phase_timeout);
  config.set_max_redirects(0);  // else Authorization would travel to wherever Location points
  config.set_request_compressed_response(false);
  config.set_validate_certificates(true);
  config.set_nativehandle_options(
      [probe, tls = origin.tls](auto handle) { probe->on_send(handle, tls); });
  config.set_ssl_context_callback(
      [host = origin.host, ca_file = options.ca_file](boost::asio::ssl::context& context) {
        if (!harden_client_context(context.native_handle(), host, ca_file)) throw UnusableCaFile();
      });
  return config;
}

web::http::http_request make_message(const HttpRequest& request, const std::string& prefix,
                                     const std::string& user_agent) {
  web::http::http_request message(to_string(request.method));
  message.set_request_uri(web::uri(prefix + request.path));
  http_headers& headers = message.headers();
  headers.add("User-Agent", user_agent);
  for (const auto& [name, value] : request.headers) headers.add(name, value);
  if (!request.authorization.empty()) {
    headers.add("Authorization", std::string(request.authorization.reveal()));
  }
  if (!request.body.empty()) {
    // Read in place: the bytes belong to the request, which outlives the sending.
    const std::string_view bytes = request.body.reveal();
    message.set_body(concurrency::streams::rawptr_stream<std::uint8_t>::open_istream(
                         reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
                     bytes.size(), request.content_type);
  }
  return message;
}

HeaderLookup lookup_in(const http_headers& headers) {
  return [&headers](std::string_view name) -> std::optional<std::string> {
    const auto found = headers.find(std::string(name));
    if (found == headers.end()) return std::nullopt;
    return found->second;
  };
}

}  // namespace

struct CpprestClient::Library {
  std::shared_ptr<Probe> probe = std::make_shared<Probe>();
  std::optional<http_client> client{};
};

// One attempt under way, shared by the thread that waits for it and the continuations that bring it
// forward. The first outcome stands. Until there is one, only the one continuation that is due
// touches the answer; after it, only the waiting thread.
class CpprestClient::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Probe> probe,
           std::size_t max_body)
      : request_(std::move(request)), probe_(std::move(probe)), max_body_(max_body) {}
  ~Exchange() { wipe(block_.data(), block_.size()); }

  void start(const Origin& origin, const TransportOptions& options, Library& library) {
    guarded([&] {
      if (!library.client) {
        const std::string scheme = origin.tls ? "https://" : "http://";
        library.client.emplace(web::uri(scheme + authority(origin)),
                               make_config(origin, options, probe_));
      }
      message_ = make_message(*request_, origin.prefix, options.user_agent);
      library.client->request(message_, cancellation_.get_token())
          .then([self = shared_from_this()](pplx::task<web::http::http_response> task) {
            self->wipe_credentials();
            self->guarded([&] { self->on_head(task.get()); });
          });
    });
  }

  void finish(Result<void> outcome) {
    const std::lock_guard lock(mutex_);
    if (outcome_) return;
    outcome_ = std::move(outcome);
    done_.notify_all();
  }

  Attempt wait(Duration limit, const Clock& clock) {
    std::unique_lock lock(mutex_);
    if (!done_.wait_for(lock, limit, [this] { return outcome_.has_value(); })) {
      outcome_ = fail(ErrorCode::unavailable, "no whole answer before the deadline");
    }
    lock.unlock();
    if (!*outcome_) {
      stop();
      return {.result = tl::make_unexpected(outcome_->error()), .stale = stale_};
    }
    return {.result = take_answer(clock), .reusable = framing_.self_delimited};
  }

 private:
  // The end of every chain of continuations: nothing thrown leaves it.
  template <class Step>
  void guarded(Step step) noexcept {
    try {
      step();
    } catch (const ResendRefused&) {
      fail_in_transport(ErrorCode::unavailable, "the connection had been closed");
    } catch (const UnusableCaFile&) {
      finish(fail(ErrorCode::invalid, "the CA file cannot be used"));
    } catch (const web::uri_exception&) {
      finish(fail(ErrorCode::invalid, "the URL cannot be used"));
    } catch (const web::http::http_exception& error) {
      // Its texts are fixed sentences of the library. Its codes are of several kinds and not to be
      // told apart, but for this: none at all means bytes came and made no sense.
      const bool senseless = error.error_code().value() == 0;
      fail_in_transport(senseless ? ErrorCode::corrupt : ErrorCode::unavailable, error.what());
    } catch (...) {
      finish(fail(ErrorCode::internal, "the HTTP library failed"));
    }
  }

  void fail_in_transport(ErrorCode code, const char* what) {
    const std::lock_guard lock(mutex_);
    if (outcome_) return;
    stale_ = probe_->reused && !head_seen_ && code == ErrorCode::unavailable;
    outcome_ = fail(code, printable(what, 120));
    done_.notify_all();
  }

  // Due once the library is through with the request's head, whatever came of it.
  void wipe_credentials() noexcept {
    const auto value = message_.headers().find("Authorization");
    if (value != message_.headers().end()) wipe(value->second.data(), value->second.size());
  }

  bool finished() {
    const std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }

  void on_head(web::http::http_response response) {
    if (finished()) return;
    response_ = std::move(response);
    head_seen_ = true;
    framing_ = framing_of(response_.status_code(), lookup_in(response_.headers()));
    if (!framing_.well_formed || response_._get_impl()->http_version().major != 1) {
      return finish(fail(ErrorCode::corrupt, "the answer's head is not that of a final answer"));
    }
    if (framing_.length.value_or(0) > max_body_) return fail_oversized();
    body_.reserve(framing_.length.value_or(0));
    read_block();
  }

  void read_block() {
    response_.body()
        .streambuf()
        .getn(block_.data(), block_.size())
        .then([self = shared_from_this()](pplx::task<std::size_t> task) {
          self->guarded([&] { self->on_block(task.get()); });
        });
  }

  void on_block(std::size_t size) {
    if (finished()) return;
    if (size == 0) {
      const bool whole = framing_.length.value_or(body_.size()) == body_.size();
      return finish(whole ? Result<void>()
                          : fail(ErrorCode::corrupt, "the body has another length than announced"));
    }
    if (body_.size() + size > max_body_) return fail_oversized();
    body_.append(block_.data(), size);
    read_block();
  }

  void fail_oversized() {
    finish(fail(ErrorCode::too_large, "the body is larger than " + std::to_string(max_body_)));
  }

  // Closes the connection, whatever it is busy with (but a DNS lookup, which ends unheard).
  void stop() noexcept {
    try {
      cancellation_.cancel();
    } catch (...) {
      // The callback is the library's; the client is dropped in any case.
    }
  }

  HttpResponse take_answer(const Clock& clock) {
    const HeaderLookup header = lookup_in(response_.headers());
    HttpResponse answer;
    answer.status = response_.status_code();
    answer.content_type = printable(header("Content-Type").value_or(""), 128);
    if (const auto value = header("Retry-After")) {
      answer.retry_after = parse_retry_after(*value, clock.wall_now());
    }
    answer.trace = trace_of(header);
    answer.body = body_.take();
    return answer;
  }

  const std::shared_ptr<const HttpRequest> request_;
  const std::shared_ptr<Probe> probe_;
  const std::size_t max_body_;
  pplx::cancellation_token_source cancellation_;

  web::http::http_request message_;
  web::http::http_response response_;
  bool head_seen_ = false;
  Framing framing_{};
  std::array<std::uint8_t, 16 * 1024> block_{};
  BodyBuffer body_;

  std::mutex mutex_;
  std::condition_variable done_;
  std::optional<Result<void>> outcome_{};
  bool stale_ = false;
};

CpprestClient::CpprestClient(Origin origin, TransportOptions options)
    : origin_(std::move(origin)),
      options_(std::move(options)),
      library_(std::make_unique<Library>()) {}

CpprestClient::~CpprestClient() = default;

std::shared_ptr<CpprestClient::Exchange> CpprestClient::begin(
    std::shared_ptr<const HttpRequest> request) {
  auto exchange =
      std::make_shared<Exchange>(std::move(request), library_->probe, options_.max_body_bytes);
  const std::lock_guard lock(mutex_);
  if (cancelled_) exchange->finish(fail(ErrorCode::unavailable, "shutting down"));
  current_ = exchange;
  return exchange;
}

Attempt CpprestClient::attempt(std::shared_ptr<const HttpRequest> request, Duration limit,
                               const Clock& clock) {
  library_->probe->sends = 0;
  library_->probe->reused = false;
  const auto exchange = begin(std::move(request));
  const SteadyTime begun = clock.steady_now();
  exchange->start(origin_, options_, *library_);
  // Starting costs real time too: a TLS context is made on this thread.
  const auto spent = std::chrono::duration_cast<Duration>(clock.steady_now() - begun);
  return exchange->wait(std::max(limit - spent, Duration::zero()), clock);
}

void CpprestClient::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  if (const auto exchange = current_.lock()) {
    exchange->finish(fail(ErrorCode::unavailable, "shutting down"));
  }
}

}  // namespace certloop::net

#pragma once
#include <functional>
#include <memory>

#include "controller/core/token_bucket.h"
#include "controller/ports/clock.h"
#include "controller/ports/http_transport.h"
#include "controller/ports/telemetry.h"
#include "controller/ports/token_source.h"

// Decorators: each does one thing and passes on. app.cpp puts them together. None owns the next.
namespace certloop::net {

// Adds "Authorization: Bearer …" for the request's credentials. After a 401 it rejects that token
// and repeats once with a new one.
class BearerTransport : public HttpTransport {
 public:
  BearerTransport(HttpTransport& next, TokenSource& tokens) : next_(next), tokens_(tokens) {}
  Result<HttpResponse> send(HttpRequest request) override;

 private:
  HttpTransport& next_;
  TokenSource& tokens_;
};

// Tells telemetry about each exchange: method, host, path, status, time.
class LoggedTransport : public HttpTransport {
 public:
  LoggedTransport(HttpTransport& next, Telemetry& telemetry, const Clock& clock)
      : next_(next), telemetry_(telemetry), clock_(clock) {}
  Result<HttpResponse> send(HttpRequest request) override;

 private:
  HttpTransport& next_;
  Telemetry& telemetry_;
  const Clock& clock_;
};

// Keeps each host to a number of requests a second on average, one second's worth at once, by
// waiting for its turn; when the turn would come after the request's deadline, it gives up with
// unavailable and leaves the turn to others. A rate of zero or less is no limit.
class RateLimitedTransport : public HttpTransport {
 public:
  // `wait` blocks the calling thread; a parameter so that tests need not.
  using Wait = std::function<void(Duration)>;
  RateLimitedTransport(HttpTransport& next, double requests_per_second, const Clock& clock,
                       Wait wait);
  ~RateLimitedTransport() override;
  Result<HttpResponse> send(HttpRequest request) override;

 private:
  struct Buckets;
  HttpTransport& next_;
  const Clock& clock_;
  Wait wait_;
  std::unique_ptr<Buckets> buckets_;
};

}  // namespace certloop::net

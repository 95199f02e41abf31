#include "controller/net/transports.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "controller/net/request_rules.h"

namespace certloop::net {
namespace {

HttpRequest clone(const HttpRequest& request) {
  return {.method = request.method,
          .endpoint = request.endpoint,
          .path = request.path,
          .headers = request.headers,
          .authorization = request.authorization.clone(),
          .content_type = request.content_type,
          .body = request.body.clone(),
          .deadline = request.deadline};
}

SecretBytes bearer(const SecretBytes& token) {
  std::string value;
  value.reserve(7 + token.size());  // grows nowhere: no copy is left behind
  value.append("Bearer ").append(token.reveal());
  return SecretBytes(std::move(value));
}

}  // namespace

Result<HttpResponse> BearerTransport::send(HttpRequest request) {
  const v1::Credentials credentials = request.endpoint.credentials;
  const auto token = tokens_.token(credentials, request.deadline);
  if (!token) return tl::make_unexpected(token.error());
  HttpRequest first = clone(request);
  first.authorization = bearer(*token);
  auto answer = next_.send(std::move(first));
  if (!answer || answer->status != 401) return answer;

  tokens_.reject(credentials, *token);
  const auto renewed = tokens_.token(credentials, request.deadline);
  if (!renewed) return tl::make_unexpected(renewed.error());
  request.authorization = bearer(*renewed);
  return next_.send(std::move(request));
}

Result<HttpResponse> LoggedTransport::send(HttpRequest request) {
  CallMade call{.method = to_string(request.method)};
  call.path = request.path.substr(0, request.path.find('?'));
  if (const auto origin = parse_origin(request.endpoint.url)) {
    call.host = authority(*origin);
    call.path = origin->prefix + call.path;
  }
  const SteadyTime begun = clock_.steady_now();
  auto answer = next_.send(std::move(request));
  call.took = std::chrono::duration_cast<Duration>(clock_.steady_now() - begun);
  if (answer) {
    call.status = answer->status;
    call.trace = answer->trace;
  } else {
    call.error = std::string(to_string(answer.error().code)) + ": " + answer.error().message;
  }
  telemetry_.on(call);
  return answer;
}

struct RateLimitedTransport::Buckets {
  // How long to wait for a turn of that host; nullopt: longer than `limit`, and none was taken.
  std::optional<Duration> turn(const std::string& host, SteadyTime now, Duration limit) {
    if (rate <= 0) return Duration::zero();
    const std::lock_guard lock(mutex);
    TokenBucket& bucket = hosts.try_emplace(host, rate, std::max(rate, 1.0)).first->second;
    if (bucket.delay(now) > limit) return std::nullopt;
    return bucket.take(now);
  }

  const double rate;
  std::mutex mutex{};
  std::map<std::string, TokenBucket> hosts{};  // as many as the mapping files name
};

RateLimitedTransport::RateLimitedTransport(HttpTransport& next, double requests_per_second,
                                           const Clock& clock, Wait wait)
    : next_(next),
      clock_(clock),
      wait_(std::move(wait)),
      buckets_(new Buckets{.rate = requests_per_second}) {}

RateLimitedTransport::~RateLimitedTransport() = default;

Result<HttpResponse> RateLimitedTransport::send(HttpRequest request) {
  const auto origin = parse_origin(request.endpoint.url);
  if (!origin) return tl::make_unexpected(origin.error());
  const SteadyTime now = clock_.steady_now();
  const auto left = std::chrono::duration_cast<Duration>(request.deadline - now);
  const std::string host = authority(*origin);
  const auto turn = buckets_->turn(host, now, left);
  if (!turn) {
    return fail(ErrorCode::unavailable,
                host + ": no turn below the rate limit before the deadline");
  }
  if (*turn > Duration::zero()) wait_(*turn);
  return next_.send(std::move(request));
}

}  // namespace certloop::net

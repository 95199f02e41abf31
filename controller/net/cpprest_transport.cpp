#include "controller/net/cpprest_transport.h"

#include <openssl/ssl.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "controller/net/cpprest_client.h"
#include "controller/net/request_rules.h"

namespace certloop::net {
namespace {

// More than the parallel calls of the program; beyond it the longest unused are closed.
constexpr std::size_t kMaxIdle = 16;

// Harmless to execute twice: a GET by its nature, a PUT because it carries If-Match here. Only
// these use pooled connections: on a new one there is no doubt whether the server saw the request.
bool repeatable(Method method) {
  return method == Method::get || method == Method::put;
}

class CpprestTransport final : public HttpTransport {
 public:
  CpprestTransport(const Clock& clock, TransportOptions options)
      : clock_(clock), options_(std::move(options)) {}
  ~CpprestTransport() override;
  Result<HttpResponse> send(HttpRequest request) override;

 private:
  struct Idle {
    Origin origin{};
    std::unique_ptr<CpprestClient> client{};
  };

  std::unique_ptr<CpprestClient> pooled(const Origin& origin);
  std::unique_ptr<CpprestClient> fresh(const Origin& origin) const;
  Attempt attempt(const Origin& origin, const std::shared_ptr<const HttpRequest>& request,
                  std::unique_ptr<CpprestClient> client);
  bool enter(CpprestClient* client);
  void leave(const Origin& origin, std::unique_ptr<CpprestClient> client, bool reusable);

  const Clock& clock_;
  const TransportOptions options_;
  std::mutex mutex_;  // guards all below; never held across a call
  std::condition_variable left_;
  bool closing_ = false;
  std::vector<Idle> idle_;  // the longest unused first
  std::vector<CpprestClient*> busy_;
};

CpprestTransport::~CpprestTransport() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  for (CpprestClient* client : busy_) client->cancel();
  left_.wait(lock, [this] { return busy_.empty(); });
}

Result<HttpResponse> CpprestTransport::send(HttpRequest request) {
  const auto origin = parse_origin(request.endpoint.url);
  if (!origin) return tl::make_unexpected(origin.error());
  if (const auto checked = check_request(request); !checked) {
    return tl::make_unexpected(checked.error());
  }
  const bool may_repeat = repeatable(request.method);
  const auto shared = std::make_shared<const HttpRequest>(std::move(request));
  Attempt last = attempt(*origin, shared, may_repeat ? pooled(*origin) : fresh(*origin));
  if (last.stale && may_repeat) last = attempt(*origin, shared, fresh(*origin));
  if (!last.result) {
    std::string& message = last.result.error().message;
    message = std::string(to_string(shared->method)) + " " + authority(*origin) + ": " + message;
  }
  return std::move(last.result);
}

Attempt CpprestTransport::attempt(const Origin& origin,
                                  const std::shared_ptr<const HttpRequest>& request,
                                  std::unique_ptr<CpprestClient> client) {
  const auto left = std::chrono::duration_cast<Duration>(request->deadline - clock_.steady_now());
  if (left <= Duration::zero()) {
    return {.result = fail(ErrorCode::unavailable, "the deadline has passed before the request")};
  }
  if (!enter(client.get())) return {.result = fail(ErrorCode::unavailable, "shutting down")};
  Attempt made = client->attempt(request, left, clock_);
  leave(origin, std::move(client), made.reusable);
  return made;
}

std::unique_ptr<CpprestClient> CpprestTransport::pooled(const Origin& origin) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(idle_.rbegin(), idle_.rend(), origin, &Idle::origin);
    if (found != idle_.rend()) {
      auto client = std::move(found->client);
      idle_.erase(std::next(found).base());
      return client;
    }
  }
  return fresh(origin);
}

std::unique_ptr<CpprestClient> CpprestTransport::fresh(const Origin& origin) const {
  return std::make_unique<CpprestClient>(origin, options_);
}

bool CpprestTransport::enter(CpprestClient* client) {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  busy_.push_back(client);
  return true;
}

void CpprestTransport::leave(const Origin& origin, std::unique_ptr<CpprestClient> client,
                             bool reusable) {
  std::unique_ptr<CpprestClient> dropped;  // destroyed outside of the lock
  const std::lock_guard lock(mutex_);
  std::erase(busy_, client.get());
  dropped = std::move(client);
  if (reusable && !closing_) {
    idle_.push_back({origin, std::move(dropped)});
    if (idle_.size() > kMaxIdle) {
      dropped = std::move(idle_.front().client);
      idle_.erase(idle_.begin());
    }
  }
  // Under the lock: once it is free, the destructor may be through with the object.
  if (busy_.empty()) left_.notify_all();
}

}  // namespace

std::unique_ptr<HttpTransport> make_cpprest_transport(const Clock& clock,
                                                      TransportOptions options) {
  return std::make_unique<CpprestTransport>(clock, std::move(options));
}

void initialize_client_threads(std::size_t threads) {
  // What begins first ends last: OpenSSL must outlive the pool's threads, whose state it holds.
  OPENSSL_init_ssl(0, nullptr);
  try {
    crossplat::threadpool::initialize_with_threads(threads);
  } catch (const std::exception&) {
    // The pool exists already; that is what was asked for.
  }
}

}  // namespace certloop::net

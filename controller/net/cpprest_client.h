#pragma once
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "controller/net/cpprest_transport.h"
#include "controller/net/request_rules.h"
#include "controller/ports/clock.h"

namespace certloop::net {

// What came of one attempt.
struct Attempt {
  Result<HttpResponse> result = fail(ErrorCode::internal, "not attempted");
  // A whole, well-formed answer came and nothing can be left of it: the client may be used again.
  bool reusable = false;
  // It failed on a connection that had served before, ahead of any answer and of the deadline: the
  // server had closed that connection, or the network had forgotten it.
  bool stale = false;
};

// cpprestsdk's client for one origin, and all we know of that library. It serves one attempt at a
// time: what an answer leaves behind on its connection could meet the next attempt of this client
// only, and after anything but a clean answer there is none.
class CpprestClient {
 public:
  CpprestClient(Origin origin, TransportOptions options);
  // At once. An attempt that was given up may go on inside the library; it owns what it needs.
  ~CpprestClient();

  // Blocks the calling thread for at most `limit`, which covers DNS too. Never on a thread of the
  // library's pool. The library does not repeat the request by itself (it would, also a POST).
  Attempt attempt(std::shared_ptr<const HttpRequest> request, Duration limit, const Clock& clock);

  // Ends the attempt that is going on, and all later ones, with unavailable. Threads: any.
  void cancel();

 private:
  class Exchange;
  struct Library;
  std::shared_ptr<Exchange> begin(std::shared_ptr<const HttpRequest> request);

  const Origin origin_;
  const TransportOptions options_;
  const std::unique_ptr<Library> library_;
  std::mutex mutex_;
  bool cancelled_ = false;
  std::weak_ptr<Exchange> current_;
};

}  // namespace certloop::net

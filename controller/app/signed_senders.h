#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "api/v1/status.h"
#include "controller/ibm/delivery_key.h"
#include "controller/ibm/signed_delivery.h"
#include "controller/ports/clock.h"

namespace certloop::app {

// Who may notify by a signature instead of the shared secret. The key is fetched by a thread of its
// own, when it starts and when a delivery fits no known key; nothing else here waits.
class SignedSenders {
 public:
  // Told after each fetch, on that thread.
  using OnFetched = std::function<void(const Result<void>&)>;

  // `destination`: with a checked URL. Everything given must live longer.
  SignedSenders(HttpTransport& transport, const Clock& clock, v1::Endpoint destination,
                std::function<double()> unit_random, OnFetched on_fetched);
  ~SignedSenders();
  void start();

  enum class Refusal {
    unauthorized,
    later,  // perhaps right: the key is being fetched
  };
  // Understands a signed body, and counts. The server's thread only.
  tl::expected<Notification, Refusal> open(std::string_view body);
  // The server's thread only.
  v1::SignatureStatus status() const;

 private:
  void fetch_keys();
  Refusal refuse(ibm::SignatureFault fault);
  bool doubt_key();

  const Clock& clock_;
  ibm::DeliveryKey key_;
  const OnFetched on_fetched_;
  v1::SignatureStatus counts_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all others
};

}  // namespace certloop::app

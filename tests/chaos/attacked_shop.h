#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "tests/chaos/observer.h"

namespace chaos {

// A controller at work on one certificate, its log read all the time.
class Shop {
 public:
  Shop();
  ~Shop();
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  // Rotates; true when the one notification about it is answered with the outcome and the
  // certificate is in place. One caller at a time.
  bool rotation_arrives();
  Json event() const { return e2e::notification("secret_rotated", {id_}); }
  std::uint16_t port() const;
  const std::string& url() const { return controller_->url(); }
  e2e::Client sender() const { return controller_->client(); }
  long growth_kb();  // of the resident memory since it was up

 private:
  e2e::World world_{};
  e2e::Pki pki_{};
  e2e::Certificate last_ = pki_.issue("shop.example.com");
  std::string id_{};
  std::optional<e2e::Controller> controller_{};
  long resident_ = 0;
  std::thread reader_{};
};

// Asks /healthz over new connections from its birth to stop(); then tells how it was served.
class HealthyCaller {
 public:
  explicit HealthyCaller(std::string url);
  ~HealthyCaller() { stop(); }
  void stop();
  std::size_t served() const { return served_; }
  std::size_t refused() const { return refused_; }
  long slowest_ms() const { return slowest_ms_; }

 private:
  void ask();

  std::string url_;
  std::atomic<bool> stopping_ = false;
  std::size_t served_ = 0;
  std::size_t refused_ = 0;
  long slowest_ms_ = 0;
  std::thread thread_;
};

}  // namespace chaos

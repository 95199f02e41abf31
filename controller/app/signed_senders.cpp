#include "controller/app/signed_senders.h"

#include <memory>

#include "controller/tls/webhook_signature.h"

namespace certloop::app {
namespace {

constexpr std::chrono::seconds kFetchTime{10};

tls::Read<tls::WebhookKey> webhook_key(const ibm::ToldKey& told) {
  if (const auto* numbers = std::get_if<ibm::RsaNumbers>(&told)) {
    return tls::WebhookKey::from_numbers(numbers->modulus, numbers->exponent);
  }
  return tls::WebhookKey::from(std::get<std::string>(told));
}

tl::expected<ibm::VerifyRs256, const char*> read_key(const ibm::ToldKey& told) {
  auto read = webhook_key(told);
  if (!read) return tl::make_unexpected(read.error());
  const auto key = std::make_shared<const tls::WebhookKey>(std::move(*read));
  return ibm::VerifyRs256([key](std::string_view message, std::string_view signature) {
    return key->verifies(message, signature);
  });
}

}  // namespace

SignedSenders::SignedSenders(HttpTransport& transport, const Clock& clock, v1::Endpoint destination,
                             std::function<double()> unit_random, OnFetched on_fetched)
    : clock_(clock),
      key_(transport, clock, std::move(destination), read_key, std::move(unit_random)),
      on_fetched_(std::move(on_fetched)) {}

SignedSenders::~SignedSenders() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SignedSenders::start() {
  thread_ = std::thread([this] { fetch_keys(); });
}

void SignedSenders::fetch_keys() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto at = key_.refresh_at();
    if (!at) {
      changed_.wait(lock);
    } else if (*at > clock_.steady_now()) {
      changed_.wait_until(lock, *at);
    } else {
      lock.unlock();
      on_fetched_(key_.refresh(clock_.steady_now() + kFetchTime));
      lock.lock();
    }
  }
}

// The thread looks at the key's time under the lock, so it either sees the doubt or hears of it.
bool SignedSenders::doubt_key() {
  const bool later = key_.doubt();
  { const std::lock_guard lock(mutex_); }
  changed_.notify_all();
  return later;
}

// A sender that is told to come again does; one that is refused for good may be lost.
SignedSenders::Refusal SignedSenders::refuse(ibm::SignatureFault fault) {
  switch (fault) {
    case ibm::SignatureFault::malformed:
      ++counts_.refused.malformed;
      return Refusal::unauthorized;
    case ibm::SignatureFault::algorithm:
      ++counts_.refused.algorithm;
      return Refusal::unauthorized;
    case ibm::SignatureFault::not_in_time:
      ++counts_.refused.time;
      return Refusal::unauthorized;
    case ibm::SignatureFault::mismatch:
      break;
  }
  const bool later = doubt_key();
  ++(later ? counts_.deferred : counts_.refused.signature);
  return later ? Refusal::later : Refusal::unauthorized;
}

tl::expected<Notification, SignedSenders::Refusal> SignedSenders::open(std::string_view body) {
  const ibm::VerifyRs256 verifier = key_.verifier();
  const auto verify = [&verifier](std::string_view message, std::string_view signature) {
    return verifier && verifier(message, signature);
  };
  auto notification = ibm::parse_signed_notification(body, verify, clock_.wall_now());
  if (!notification) return tl::make_unexpected(refuse(notification.error()));
  ++counts_.accepted;
  return std::move(*notification);
}

v1::SignatureStatus SignedSenders::status() const {
  v1::SignatureStatus status = counts_;
  const auto key = key_.state();
  status.key_read_at = key.read_at;
  if (key.problem) status.problem = key.problem->message;
  return status;
}

}  // namespace certloop::app

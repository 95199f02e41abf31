#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "controller/core/pace.h"
#include "controller/ibm/signed_delivery.h"
#include "controller/ports/clock.h"
#include "controller/ports/http_transport.h"

namespace certloop::ibm {

// The address of a destination, "https://…/v1/instances/<guid>/destinations/<id>", in its normal
// form, or what is wrong with it and what would help.
tl::expected<std::string, std::string> check_destination(const std::string& url);

// The two numbers of a public RSA key, big-endian, as a JSON Web Key gives them (RFC 7518, 6.3.1).
struct RsaNumbers {
  std::string modulus{};
  std::string exponent{};
};
// A key as the service may tell it, since its form is not documented: a text in PEM or bare Base64,
// or the numbers of a JSON Web Key.
using ToldKey = std::variant<std::string, RsaNumbers>;

// Who verifies with a key that the service told. The error completes "the key …".
using ReadKey = std::function<tl::expected<VerifyRs256, const char*>(const ToldKey&)>;

// The public key of one Event Notifications destination: fetched
// (GET <destination>/public_key, role Reader), remembered, and fetched again when a delivery does
// not fit it, since a change of the key is announced by nothing. Passive: somebody's thread calls
// refresh() when it is due, and nothing else here waits. Threads: any, refresh() one at a time.
class DeliveryKey {
 public:
  // `destination`: with a checked URL. `unit_random`: as for core/pace.
  DeliveryKey(HttpTransport& transport, const Clock& clock, v1::Endpoint destination, ReadKey read,
              std::function<double()> unit_random);

  // An empty function while no key is known.
  VerifyRs256 verifier() const;

  // A delivery was signed by no known key. True: the sender shall come again, for the key is being
  // fetched or soon will be. False: it was fetched within the last minute because of such a
  // delivery, so that whoever sends nonsense makes us call no more often than that.
  bool doubt();
  // When refresh() is due (in the past: now); empty: when doubt() says so. Due from the beginning;
  // after a failure again with a growing delay of at most a minute, Retry-After being a floor.
  std::optional<SteadyTime> refresh_at() const;
  // Fetches. A failure leaves the key that is known; its message says what to do. Errors: those of
  // the service; corrupt, if there is no usable key in the answer.
  Result<void> refresh(SteadyTime deadline);

  struct State {
    std::optional<WallTime> read_at{};  // of the known key; empty: none is known
    std::optional<Error> problem{};     // of the last fetch
  };
  State state() const;

 private:
  Result<VerifyRs256> fetch(SteadyTime deadline);

  HttpTransport& transport_;
  const Clock& clock_;
  const v1::Endpoint destination_;
  const ReadKey read_;
  const std::function<double()> unit_random_;
  mutable std::mutex mutex_;
  VerifyRs256 verifier_{};
  State state_{};
  int failures_ = 0;
  std::optional<SteadyTime> refresh_at_ = SteadyTime{};
  std::optional<SteadyTime> doubted_at_{};  // the last doubt that led to a fetch
};

}  // namespace certloop::ibm

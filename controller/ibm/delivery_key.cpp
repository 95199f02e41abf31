#include "controller/ibm/delivery_key.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/v1/internal/url.h"
#include "controller/ibm/api_error.h"
#include "controller/ibm/base64url.h"
#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kPause{60};

Duration delay_after(const Error& error, int failures, double unit_random) {
  PacePolicy pace;
  pace.cap = kPause;
  return std::max(backoff_delay(pace, failures, unit_random),
                  error.retry_after.value_or(Duration::zero()));
}

// What a person can do about it; empty: it mends itself.
std::string advice(ErrorCode code) {
  switch (code) {
    case ErrorCode::denied:
      return "; give the controller the role Reader on the Event Notifications instance";
    case ErrorCode::not_found:
    case ErrorCode::invalid:
      return "; check the address of the destination, which must be of type webhook";
    case ErrorCode::exhausted:
    case ErrorCode::conflict:
    case ErrorCode::unavailable:
    case ErrorCode::corrupt:
    case ErrorCode::too_large:
    case ErrorCode::internal:
      return {};
  }
  return {};
}

Error with_advice(Error error) {
  error.message += advice(error.code);
  return error;
}

// A JSON Web Key that could verify RS256.
std::optional<RsaNumbers> numbers_of(const json& jwk) {
  const auto fits = [&jwk](const char* name, const char* value) {
    return !jwk.contains(name) || text_member(jwk, name) == value;
  };
  if (text_member(jwk, "kty") != "RSA" || !fits("alg", "RS256") || !fits("use", "sig")) return {};
  auto modulus = decode_base64url(text_member(jwk, "n"));
  auto exponent = decode_base64url(text_member(jwk, "e"));
  if (!modulus || !exponent || modulus->empty() || exponent->empty()) return {};
  return RsaNumbers{std::move(*modulus), std::move(*exponent)};
}

// The member `public_key`: a text, or a JSON Web Key, which may stand in it as an object or as
// one's text. Empty: neither.
std::optional<ToldKey> told_key(std::string_view body) {
  const auto document = parse_object(body);
  if (!document) return {};
  const auto member = document->find("public_key");
  const std::string text = text_member(*document, "public_key");
  auto jwk = parse_object(text);
  if (member != document->end() && member->is_object()) jwk.emplace(*member);
  if (jwk) return numbers_of(*jwk);
  return text.empty() ? std::nullopt : std::optional<ToldKey>(text);
}

// Takes the last segment off the text.
std::string_view take_last(std::string_view& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view segment = path.substr(slash + 1);
  path = path.substr(0, slash);
  return segment;
}

}  // namespace

tl::expected<std::string, std::string> check_destination(const std::string& text) {
  auto url = v1::internal::check_url(text);
  if (!url) {
    const auto& fault = url.error();
    return tl::make_unexpected(fault.message + (fault.hint.empty() ? "" : ": " + fault.hint));
  }
  std::string_view rest = *url;
  const bool named = !take_last(rest).empty() && take_last(rest) == "destinations" &&
                     !take_last(rest).empty() && take_last(rest) == "instances";
  if (!named) {
    return tl::make_unexpected(
        "must be the address of one destination: https://…/v1/instances/<guid>/destinations/<id>");
  }
  return std::move(*url);
}

DeliveryKey::DeliveryKey(HttpTransport& transport, const Clock& clock, v1::Endpoint destination,
                         ReadKey read, std::function<double()> unit_random)
    : transport_(transport),
      clock_(clock),
      destination_(std::move(destination)),
      read_(std::move(read)),
      unit_random_(std::move(unit_random)) {}

VerifyRs256 DeliveryKey::verifier() const {
  const std::lock_guard lock(mutex_);
  return verifier_;
}

std::optional<SteadyTime> DeliveryKey::refresh_at() const {
  const std::lock_guard lock(mutex_);
  return refresh_at_;
}

DeliveryKey::State DeliveryKey::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool DeliveryKey::doubt() {
  const std::lock_guard lock(mutex_);
  if (refresh_at_) return true;
  const SteadyTime now = clock_.steady_now();
  if (doubted_at_ && now - *doubted_at_ < kPause) return false;
  doubted_at_ = refresh_at_ = now;
  return true;
}

Result<void> DeliveryKey::refresh(SteadyTime deadline) {
  auto fetched = fetch(deadline);
  const std::lock_guard lock(mutex_);
  if (!fetched) {
    state_.problem = fetched.error();
    refresh_at_ = clock_.steady_now() + delay_after(fetched.error(), ++failures_, unit_random_());
    return tl::make_unexpected(std::move(fetched.error()));
  }
  verifier_ = std::move(*fetched);
  state_ = {clock_.wall_now(), {}};
  failures_ = 0;
  refresh_at_.reset();
  return {};
}

Result<VerifyRs256> DeliveryKey::fetch(SteadyTime deadline) {
  HttpRequest request;
  request.endpoint = destination_;
  request.path = "/public_key";
  request.deadline = deadline;
  const auto response = transport_.send(std::move(request));
  if (!response) return tl::make_unexpected(with_advice(response.error()));
  if (!succeeded(*response)) {
    return tl::make_unexpected(
        with_advice(error_of("reading the destination's public key", *response)));
  }
  const auto told = told_key(response->body.reveal());
  if (!told) return fail(ErrorCode::corrupt, "the answer holds no public_key as a text or RSA JWK");
  auto verifier = read_(*told);
  if (!verifier) {
    return fail(ErrorCode::corrupt, std::string("the destination's public key ") +
                                        verifier.error() + "; expected RSA as PEM, Base64 or JWK");
  }
  return std::move(*verifier);
}

}  // namespace certloop::ibm

#include "controller/ibm/signed_delivery.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "controller/ibm/base64url.h"
#include "controller/ibm/json.h"
#include "controller/ibm/notification.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;

constexpr double kLeeway = 5 * 60;               // seconds
constexpr double kMaxAge = 60 * 60;              // seconds, of what does not say when it expires
constexpr std::size_t kMaxHeader = 4 * 1024;     // Base64 of the JWS header
constexpr std::size_t kMaxSignature = 2 * 1024;  // Base64 of an RSA signature of 8192 bits: 1366

tl::unexpected<SignatureFault> refuse(SignatureFault fault) {
  return tl::make_unexpected(fault);
}

// The three parts of a compact JWS, still encoded.
struct Jws {
  std::string_view header{};
  std::string_view payload{};
  std::string_view signature{};
  std::string_view message{};  // header.payload
};

std::optional<Jws> split(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  if (first == last || text.find('.', first + 1) != last) return {};
  const Jws jws{text.substr(0, first), text.substr(first + 1, last - first - 1),
                text.substr(last + 1), text.substr(0, last)};
  const bool plausible = !jws.header.empty() && jws.header.size() <= kMaxHeader &&
                         !jws.payload.empty() && jws.signature.size() <= kMaxSignature;
  return plausible ? std::optional(jws) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// `holder` keeps the text of the older layout, which the view of the result points into.
std::optional<Jws> find_jws(std::string_view body, std::string& holder) {
  body = trimmed(body);
  if (body.substr(0, 1) != "{") return split(body);
  const auto document = parse_object(body);
  if (!document) return {};
  holder = text_member(*document, "data");
  return split(holder);
}

bool is_rs256(const json& header) {
  return text_member(header, "alg") == "RS256" && !header.contains("crit") &&
         !header.contains("b64");
}

// A claim that is not there is no objection, one that cannot be read is.
template <class Objects>
bool time_holds(const json& claims, const char* name, Objects objects) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) return true;
  return claim->is_number() && !objects(claim->get<double>());
}

// How long a copy of a delivery can be sent again. What a copy can do is to make us look.
bool in_time(const json& claims, WallTime wall) {
  const auto now = static_cast<double>(wall.time_since_epoch().count());
  const bool expires = claims.contains("exp");
  return time_holds(claims, "exp", [&](double exp) { return exp + kLeeway <= now; }) &&
         time_holds(claims, "nbf", [&](double nbf) { return nbf - kLeeway > now; }) &&
         time_holds(claims, "iat", [&](double iat) {
           return iat - kLeeway > now || (!expires && iat + kMaxAge + kLeeway <= now);
         });
}

const json& notification_of(const json& claims) {
  for (const char* name : {"data", "dat"}) {
    const auto claim = claims.find(name);
    if (claim != claims.end() && claim->is_object()) return *claim;
  }
  return claims;
}

}  // namespace

bool looks_signed(std::string_view body) {
  std::string holder;
  return find_jws(body, holder).has_value();
}

tl::expected<Notification, SignatureFault> parse_signed_notification(std::string_view body,
                                                                     const VerifyRs256& verify,
                                                                     WallTime now) {
  if (body.size() > kMaxSignedBody) return refuse(SignatureFault::malformed);
  std::string holder;
  const auto jws = find_jws(body, holder);
  if (!jws) return refuse(SignatureFault::malformed);
  const auto header_text = decode_base64url(jws->header);
  const auto header = header_text ? parse_object(*header_text) : std::nullopt;
  if (!header) return refuse(SignatureFault::malformed);
  if (!is_rs256(*header)) return refuse(SignatureFault::algorithm);

  const auto signature = decode_base64url(jws->signature);
  const auto payload = decode_base64url(jws->payload);
  if (!signature || !payload) return refuse(SignatureFault::malformed);
  if (!verify(jws->message, *signature)) return refuse(SignatureFault::mismatch);
  const auto claims = parse_object(*payload);
  if (!claims) return refuse(SignatureFault::malformed);
  if (!in_time(*claims, now)) return refuse(SignatureFault::not_in_time);
  return understand_notification({}, notification_of(*claims));
}

}  // namespace certloop::ibm

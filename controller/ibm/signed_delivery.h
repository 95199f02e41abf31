#pragma once
#include <functional>
#include <string_view>
#include <tl/expected.hpp>

#include "controller/core/notification.h"
#include "controller/core/time.h"

namespace certloop::ibm {

// Event Notifications takes in 64 KB at most; Base64 and the claims around it make that grow.
inline constexpr std::size_t kMaxSignedBody = 128 * 1024;

enum class SignatureFault {
  malformed,    // too large, or not a signed delivery in either layout
  algorithm,    // not RS256, or with extensions that must be understood
  mismatch,     // signed by another key, or changed on its way
  not_in_time,  // expired, or from the future
};

// Is this RS256 signature (decoded) over this message ("<header>.<payload>") right?
using VerifyRs256 = std::function<bool(std::string_view message, std::string_view signature)>;

// Does the body have the form of a signed delivery, right or not?
bool looks_signed(std::string_view body);

// A delivery of a `webhook` destination with signing: the body is a compact JWS, or (older) a JSON
// object whose member `data` is one. The notification is the claim `data` or `dat` or, without
// them, all claims. The token cannot choose how it is verified: its `alg` may be RS256 or it is
// refused, and a `kid` or a key in its header is not looked at. `exp`, `nbf` and `iat` are held
// where they are given, with five minutes' leeway; what says when it was made but not when it ends
// is taken for an hour. Nothing of the claims is parsed before the signature was found right;
// headers of the request are never looked at, since nobody signed them. Pure.
tl::expected<Notification, SignatureFault> parse_signed_notification(std::string_view body,
                                                                     const VerifyRs256& verify,
                                                                     WallTime now);

}  // namespace certloop::ibm

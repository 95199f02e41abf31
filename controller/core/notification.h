#pragma once
#include <string>
#include <vector>

namespace certloop {

// A secret that somebody said something about. A hint where to look, never data: any member may be
// empty, wrong or forged, and the worst that follows is one look too many.
struct SecretHint {
  std::string instance{};  // UUID of the Secrets Manager instance
  std::string id{};        // UUID
  std::string type{};      // "imported_cert"
  std::string name{};
};

struct Notification {
  enum class Kind {
    secrets,       // look at these
    irrelevant,    // understood, and nothing to look at: test events, blocked rotations, …
    unrecognized,  // somebody rings, but for what? look at everything
  };
  Kind kind = Kind::unrecognized;
  std::string id{};                   // notification_id: printable, capped, for logs
  std::string event_type{};           // "secret_rotated": printable, capped
  std::vector<SecretHint> secrets{};  // empty when unrecognized
};

}  // namespace certloop

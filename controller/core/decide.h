#pragma once
#include <chrono>
#include <optional>

#include "api/v1/binding.h"
#include "controller/core/observed.h"
#include "controller/core/plan.h"

// The policy: an ordered list of small pure rules. The first that objects names the reason. No I/O,
// no clock, total and deterministic.
namespace certloop {

// Is this source fit for this target? Empty: yes. A bad one is held: nothing is written, the old
// secret stays.
std::optional<Plan> objection_to_source(const v1::Target& target, const v1::Require& require,
                                        const SourceState& source, WallTime now);

// By so much a certificate's first second may lie ahead of our clock, which may be slow, as the
// authority's may be fast: a certificate that was issued this moment would else be held, and with
// it an emergency rotation. Public authorities date certificates back for the same reason, by up to
// an hour; ones of one's own do not always. A minute is more than clocks on a network differ by and
// less than anybody waits for a certificate that is meant for later. At the other end there is
// none: certificates are renewed days before they expire.
inline constexpr std::chrono::seconds kClockSkew{60};

// The least size of an ECDSA key. Smaller curves give less than the 128 bits of security that
// everything else in TLS has, no public authority signs them (the Baseline Requirements begin with
// P-256), and clients refuse them; so there is no option for it.
inline constexpr int kMinEcdsaBits = 256;

// The least strength of a signature in bits, as OpenSSL counts it: SHA-224 gives 112, SHA-1 63 and
// MD5 39. Whoever can find collisions can have another certificate with this one's signature, and
// clients refuse both; so there is no option for it.
inline constexpr int kMinSignatureStrength = 112;

// What to do with a target for a source without objection. `desired` is the fingerprint of what the
// target's keys must hold.
Plan compare(const v1::Target& target, const TargetState& observed, const Fingerprint& desired);

// `plan`, or a hold in its place where it would go back: replace a certificate by one for the same
// names that ends earlier. A source that was rolled back, or restored from a backup, does that; who
// means it says so in the mapping. `in_place`: of the whole pair that the target holds, if it does.
Plan not_backwards(Plan plan, const v1::Require& require, const LeafFacts& source,
                   const std::optional<LeafFacts>& in_place);

}  // namespace certloop

#pragma once
#include "api/v1/binding.h"
#include "controller/core/fingerprint.h"
#include "controller/ports/secret_target.h"
#include "controller/tls/bundle.h"

namespace certloop {

// What the target's keys must hold: the parts of the certificate that the mapping names. A part
// that the source does not have (a chain, where the leaf came alone) gives no key. The same value
// is compared and, if need be, written.
SecretData render(const v1::Target& target, const tls::Bundle& bundle);

// Fingerprint of the mapping's keys in `data`, by decoded content. Other keys do not count.
Fingerprint fingerprint_of(const v1::Target& target, const SecretData& data);

// The leaf that is served from `data`: of the mapping's certificate key, if the pair is whole and
// the key beside it fits. Empty for anything else, so that nothing broken is ever worth keeping.
std::optional<LeafFacts> leaf_in(const v1::Target& target, const SecretData& data);
// Does the mapping put a leaf into this target at all?
bool has_leaf(const v1::Target& target);

// The content for a replace: what was rendered, plus the keys of the present secret that the
// mapping does not name. A replace writes the whole secret, and what others keep in it must not be
// lost.
SecretData merged(const v1::Target& target, SecretData rendered, const SecretData& present);

}  // namespace certloop

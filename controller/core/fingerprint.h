#pragma once
#include <array>
#include <cstdint>

namespace certloop {

// SHA-256 over decoded content (DER of certificates and keys, never PEM text), so that line ends,
// wrapping or a final newline never look like a change. Made in tls/, compared in core/.
using Fingerprint = std::array<std::uint8_t, 32>;

}  // namespace certloop

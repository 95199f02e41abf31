#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "controller/tls/certificate.h"
#include "controller/tls/chain.h"

namespace certloop::tls {

// Whether a verifier that trusts these CA certificates (PEM text) and no others accepts the leaf
// with its chain: signatures, CA flags, path lengths and name constraints. Any certificate of the
// text may end the path, be it a root or not. Dates are not asked, and neither are critical
// extensions: those are other rules. False for a text that cannot be read.
bool leads_to(std::string_view authorities, const std::vector<Certificate>& certificates,
              std::size_t leaf, const Chain& chain);

}  // namespace certloop::tls

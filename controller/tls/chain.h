#pragma once
#include <cstddef>
#include <vector>

#include "controller/tls/certificate.h"

namespace certloop::tls {

struct Chain {
  std::vector<std::size_t> intermediates{};  // leaf's issuer first; no self-signed ones
  bool complete = true;                      // the leaf reaches everything that was given
  std::size_t last = 0;                      // where the path ended: the leaf or an intermediate
};

// The longest path from the leaf over issuers, as indexes into `certificates`, which are distinct.
// The same for every order of `certificates`: where two paths are equally long, the later expiry
// wins, then the smaller DER.
//
// Cross-signing makes loops and side ways, and finding the longest path among those is exponential
// in the worst case. A path visits a certificate once, the search ends as soon as nothing longer
// can exist, and after 10 000 steps with the longest found so far. Real chains take a dozen.
Chain build_chain(const std::vector<Certificate>& certificates, std::size_t leaf);

}  // namespace certloop::tls

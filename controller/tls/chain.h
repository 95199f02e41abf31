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
// One that a given root closes is preferred to one with an open end, and any end to a loop; no
// authority (subject and key) stands in it twice, however many certificates it has; the leaf does
// not count as one. The result is
// the same for every order of `certificates`: where two paths are equally good, the later expiry
// wins, then the smaller DER.
//
// Cross-signing makes loops and side ways, and finding the longest path among those is exponential
// in the worst case. The search ends as soon as nothing better can exist, and after 10 000 steps
// with the best found so far. Real chains take a dozen.
Chain build_chain(const std::vector<Certificate>& certificates, std::size_t leaf);

}  // namespace certloop::tls

#include "controller/core/expiry.h"

#include <algorithm>

#include "controller/core/text.h"

namespace certloop {
namespace {

using std::chrono::seconds;

// Of a certificate that ends soon.
Expiring due(const Served& served) {
  const std::string ends =
      "the certificate in place expires on " + rfc3339(served.in_place->not_after);
  if (!served.plan) return {Expiry::not_replaced, ends + "; " + served.plan.error().message};
  if (!served.source) {
    return {Expiry::not_replaced, ends + "; " + to_string(served.plan->reason)};
  }
  if (served.source->not_after <= served.in_place->not_after) {
    return {Expiry::not_renewed, ends + "; rotate it in Secrets Manager"};
  }
  return {Expiry::successor_held, ends + "; its successor, which expires on " +
                                      rfc3339(served.source->not_after) +
                                      ", is held: " + to_string(served.plan->reason)};
}

}  // namespace

const char* to_string(Expiry expiry) {
  switch (expiry) {
    case Expiry::unknown:
      return "NoCertificate";
    case Expiry::not_due:
      return "NotDue";
    case Expiry::not_renewed:
      return "NotRenewed";
    case Expiry::successor_held:
      return "SuccessorHeld";
    case Expiry::not_replaced:
      return "NotReplaced";
    case Expiry::expired:
      return "Expired";
  }
  return "NoCertificate";
}

bool is_due(Expiry expiry) {
  switch (expiry) {
    case Expiry::unknown:
    case Expiry::not_due:
      return false;
    case Expiry::not_renewed:
    case Expiry::successor_held:
    case Expiry::not_replaced:
    case Expiry::expired:
      return true;
  }
  return true;
}

WallTime due_at(const LeafFacts& leaf, seconds within) {
  const seconds third = (leaf.not_after - leaf.not_before) / 3;
  return leaf.not_after - std::min(within, std::max(third, seconds(0)));
}

Expiring expiry_of(const Served& served, seconds within, WallTime now) {
  if (!served.in_place) return {};
  const LeafFacts& leaf = *served.in_place;
  if (now > leaf.not_after) {
    return {Expiry::expired, "the certificate in place expired on " + rfc3339(leaf.not_after)};
  }
  if (now < due_at(leaf, within)) return {Expiry::not_due, ""};
  return due(served);
}

std::optional<WallTime> next_change(const Served& served, const v1::Binding& binding,
                                    WallTime now) {
  std::optional<WallTime> next;
  const auto consider = [&](WallTime when) {
    if (when > now && (!next || when < *next)) next = when;
  };
  if (served.in_place) {
    consider(due_at(*served.in_place, binding.expiring_within));
    consider(served.in_place->not_after + seconds(1));
  }
  if (served.source) {
    consider(served.source->not_after + seconds(1));
    consider(served.source->not_after - binding.require->valid_for + seconds(1));
  }
  return next;
}

}  // namespace certloop

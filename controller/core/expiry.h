#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "api/v1/binding.h"
#include "controller/core/observed.h"
#include "controller/core/plan.h"
#include "controller/core/result.h"

// The end of the certificate that clients are shown. Nothing has to happen for it to come near, so
// it is a statement of its own beside the plan: what is in sync may be about to end, and what is
// held may leave it without a successor. Pure; the time is an argument.
namespace certloop {

enum class Expiry {
  unknown,         // no whole pair is in place, or it could not be seen
  not_due,         // it has time
  not_renewed,     // it ends soon, and the source has none that ends later
  successor_held,  // it ends soon, and the source's certificate, which ends later, is held
  not_replaced,    // it ends soon, and the source or the write failed
  expired,         // it has ended
};
// Words for logs and status: "SuccessorHeld". The strings are part of the interface.
const char* to_string(Expiry);
// A person should hear of it.
bool is_due(Expiry);

struct Expiring {
  Expiry state = Expiry::unknown;
  std::string message{};  // dates, reasons and errors; empty where nothing is to be said
};

// What is known of one target after a run.
struct Served {
  std::optional<LeafFacts> in_place{};  // of the whole pair that it holds now
  std::optional<LeafFacts> source{};    // empty: there is none that could be read
  Result<Plan> plan{};                  // or why the run failed
};

// From when on its end is near: `within` before it, but not before the last third of its life, or a
// short-lived certificate would always be due.
WallTime due_at(const LeafFacts& leaf, std::chrono::seconds within);

Expiring expiry_of(const Served& served, std::chrono::seconds within, WallTime now);

// When time alone will change what is to be said of this target (its end is near, or come, or the
// source no longer passes the gate of `require.validFor`), if that is still ahead. One second after
// the last good one.
std::optional<WallTime> next_change(const Served& served, const v1::Binding& binding, WallTime now);

}  // namespace certloop

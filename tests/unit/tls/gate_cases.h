#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "controller/core/decide.h"
#include "tests/support/fakes_binding.h"
#include "tests/unit/tls/support.h"

// A certificate on its whole way through the gates: texts -> tls::inspect -> objection_to_source.
namespace certloop::tls {

inline constexpr WallTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};

// What a mapping with a tls target says of this source. Empty: it is written.
inline std::optional<Plan> objection(const SourcePayload& source, const v1::Require& require = {}) {
  const auto bundle = inspect(source, require.issued_by.pem);
  const SourceState state =
      bundle ? SourceState(bundle->facts) : SourceState(SourceUnreadable{bundle.error().message});
  return objection_to_source(test::tls_target(), require, state, kNow);
}

// A row of a table: InSync stands for "passes".
struct GateCase {
  const char* name = "";
  SourcePayload source{};
  Reason expected = Reason::in_sync;
  v1::Require require{};
  const char* says = "";  // the message holds this
};

inline void expect(const GateCase& one) {
  INFO(one.name);
  const auto held = objection(one.source, one.require);
  INFO((held ? held->message : std::string("passes")));
  const Reason reason = held ? held->reason : Reason::in_sync;
  CHECK(std::string(to_string(reason)) == to_string(one.expected));
  CHECK((held ? held->message : std::string()).find(one.says) != std::string::npos);
  // Whoever is held is told what to do.
  CHECK(std::string(advice(reason)).empty() == !held);
}

}  // namespace certloop::tls

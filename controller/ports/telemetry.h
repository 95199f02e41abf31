#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api/v1/mapping.h"
#include "controller/core/expiry.h"
#include "controller/core/plan.h"
#include "controller/core/result.h"
#include "controller/core/trigger.h"

namespace certloop {

// One target was looked at (and perhaps written).
struct TargetReconciled {
  std::string binding{};
  std::string target{};
  std::optional<Plan> plan{};    // empty: it could not be observed
  std::optional<Error> error{};  // the observation or the write failed
  Expiring expiring{};           // of the certificate that it serves now
  Trigger trigger = Trigger::resync;
  Duration took{};
};

struct NotificationReceived {
  std::string id{};          // notification_id, printable, capped; may be empty
  std::string event_type{};  // printable, capped
  std::size_t secrets = 0;   // named in it
  std::size_t bindings = 0;  // that they woke
};

struct MappingLoaded {
  std::size_t bindings = 0;
  std::size_t targets = 0;
};

// The list of a Secrets Manager or of a project was compared with what is known.
struct PlaceSurveyed {
  std::string place{};           // its URL, and the project's id
  std::size_t lines = 0;         // in the list
  std::size_t moved = 0;         // bindings to look at
  std::optional<Error> error{};  // there was no list
  Duration took{};
};

// A new mapping could not be used; the last good one stays.
struct MappingRejected {
  std::vector<v1::Fault> faults{};
};

// One HTTP exchange with a service (never a header, a query value or a body).
struct CallMade {
  std::string method{};
  std::string host{};
  std::string path{};
  int status = 0;  // 0: no answer
  std::string error{};
  std::string trace{};
  Duration took{};
};

// Typed events instead of log lines: one implementation formats them, tests assert on them.
// Threads: any. Must not block for long and must not throw.
class Telemetry {
 public:
  virtual ~Telemetry() = default;
  virtual void on(const TargetReconciled&) = 0;
  virtual void on(const NotificationReceived&) = 0;
  virtual void on(const PlaceSurveyed&) = 0;
  virtual void on(const MappingLoaded&) = 0;
  virtual void on(const MappingRejected&) = 0;
  virtual void on(const CallMade&) = 0;
};

}  // namespace certloop

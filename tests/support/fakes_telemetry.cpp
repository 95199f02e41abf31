#include "tests/support/fakes_telemetry.h"

namespace certloop::test {

std::string RecordingTelemetry::everything() const {
  const std::lock_guard lock(mutex_);
  std::string all;
  const auto add = [&all](const std::string& text) { all += text + "\n"; };
  for (const auto& event : reconciled_) {
    add(event.binding);
    add(event.target);
    if (event.plan) add(event.plan->message + event.plan->if_match);
    if (event.error) add(event.error->message);
  }
  for (const auto& event : surveyed_) add(event.place + (event.error ? event.error->message : ""));
  for (const auto& event : notified_) add(event.id + event.event_type);
  for (const auto& event : rejected_) {
    for (const auto& fault : event.faults) add(fault.place.file + fault.message + fault.hint);
  }
  for (const auto& event : calls_) {
    add(event.method + event.host + event.path + event.error + event.trace);
  }
  return all;
}

}  // namespace certloop::test

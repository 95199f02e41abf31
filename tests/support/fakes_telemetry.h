#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "controller/ports/telemetry.h"

namespace certloop::test {

// Keeps every event. Threads: any.
class RecordingTelemetry : public Telemetry {
 public:
  void on(const TargetReconciled& event) override { keep(reconciled_, event); }
  void on(const NotificationReceived& event) override { keep(notified_, event); }
  void on(const PlaceSurveyed& event) override { keep(surveyed_, event); }
  void on(const MappingLoaded& event) override { keep(loaded_, event); }
  void on(const MappingRejected& event) override { keep(rejected_, event); }
  void on(const CallMade& event) override { keep(calls_, event); }

  std::vector<TargetReconciled> reconciled() const { return copy(reconciled_); }
  // Every text of every event, to search for what must not be there.
  std::string everything() const;

 private:
  template <class Event>
  void keep(std::vector<Event>& events, const Event& event) {
    const std::lock_guard lock(mutex_);
    events.push_back(event);
  }
  template <class Event>
  std::vector<Event> copy(const std::vector<Event>& events) const {
    const std::lock_guard lock(mutex_);
    return events;
  }

  mutable std::mutex mutex_;
  std::vector<TargetReconciled> reconciled_;
  std::vector<NotificationReceived> notified_;
  std::vector<PlaceSurveyed> surveyed_;
  std::vector<MappingLoaded> loaded_;
  std::vector<MappingRejected> rejected_;
  std::vector<CallMade> calls_;
};

}  // namespace certloop::test

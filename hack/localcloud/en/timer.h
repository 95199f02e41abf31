#pragma once
#include "hack/localcloud/en/fan_out.h"

namespace localcloud::en {

// The periodic timer of every instance: each minute of the cloud's clock, one event for each topic
// with a schedule that falls on it. Asks for time only while there is such a topic.
class Timer {
 public:
  // Declares its switch. The scheduler runs nothing after this is gone; the rest outlives it.
  Timer(World& world, Instances& instances, FanOut& fan_out);

  // A topic may have a schedule now.
  void watch();
  // The clock may have moved: sends what has become due, of the last week at most.
  void catch_up();

 private:
  void arm();
  void fire(Time minute);
  bool has_schedules() const;
  Json event_of(const std::string& source, Time minute);

  World& world_;
  Instances& instances_;
  FanOut& fan_out_;
  bool armed_ = false;
  Time done_{};  // everything up to this minute has been sent
};

}  // namespace localcloud::en

#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/app/options.h"
#include "controller/ports/telemetry.h"

namespace spdlog {
class logger;
}

namespace certloop::app {

// Telemetry as log lines on stderr, one line an event: text with key=value, or JSON. Values of
// others are cut to printable ASCII, so that a line stays a line.
class TelemetryLog : public Telemetry {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;
  enum class Level { debug, info, warn, error };

  TelemetryLog(const std::string& level, LogFormat format);
  ~TelemetryLog() override;

  void on(const TargetReconciled& event) override;
  void on(const NotificationReceived& event) override;
  void on(const PlaceSurveyed& event) override;
  void on(const MappingLoaded& event) override;
  void on(const MappingRejected& event) override;
  void on(const CallMade& event) override;

  // What is not telemetry of the loop: "listening", "stopping", …
  void say(Level level, const std::string& event, const Fields& fields = {});
  void flush();

 private:
  std::unique_ptr<spdlog::logger> logger_;
  bool json_;
};

}  // namespace certloop::app

#include "controller/app/telemetry_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "controller/core/text.h"

namespace certloop::app {
namespace {

constexpr std::size_t kMaxValue = 400;

bool needs_quotes(const std::string& value) {
  return value.empty() || value.find_first_of(" \"=") != std::string::npos;
}

std::string text_line(const std::string& event, const TelemetryLog::Fields& fields) {
  std::string line = event;
  for (const auto& [name, raw] : fields) {
    std::string value = printable(raw, kMaxValue);
    for (char& c : value) c = c == '"' ? '\'' : c;
    line += " " + name + "=" + (needs_quotes(value) ? "\"" + value + "\"" : value);
  }
  return line;
}

// The members that follow time and level in the logger's pattern.
std::string json_members(const std::string& event, const TelemetryLog::Fields& fields) {
  nlohmann::ordered_json line{{"event", event}};
  for (const auto& [name, value] : fields) line[name] = printable(value, kMaxValue);
  const std::string object = line.dump();
  return object.substr(1, object.size() - 2);
}

spdlog::level::level_enum spdlog_level(TelemetryLog::Level level) {
  switch (level) {
    case TelemetryLog::Level::debug:
      return spdlog::level::debug;
    case TelemetryLog::Level::info:
      return spdlog::level::info;
    case TelemetryLog::Level::warn:
      return spdlog::level::warn;
    case TelemetryLog::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

TelemetryLog::Level level_of(const TargetReconciled& event) {
  if (event.error) return TelemetryLog::Level::error;
  return event.plan->action() == Action::hold ? TelemetryLog::Level::warn
                                              : TelemetryLog::Level::info;
}

}  // namespace

TelemetryLog::TelemetryLog(const std::string& level, LogFormat format)
    : logger_(std::make_unique<spdlog::logger>("certloop",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())),
      json_(format == LogFormat::json ||
            (format == LogFormat::automatic && isatty(STDERR_FILENO) == 0)) {
  logger_->set_level(spdlog::level::from_str(level));
  logger_->flush_on(spdlog::level::debug);
  logger_->set_pattern(
      json_ ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
      spdlog::pattern_time_type::utc);
}

TelemetryLog::~TelemetryLog() = default;

void TelemetryLog::say(Level level, const std::string& event, const Fields& fields) {
  if (!logger_->should_log(spdlog_level(level))) return;
  logger_->log(spdlog_level(level), json_ ? json_members(event, fields) : text_line(event, fields));
}

void TelemetryLog::flush() {
  logger_->flush();
}

void TelemetryLog::on(const TargetReconciled& event) {
  Fields fields{{"mapping", event.binding}, {"target", event.target}};
  if (event.plan) {
    fields.emplace_back("plan", to_string(event.plan->action()));
    fields.emplace_back("reason", to_string(event.plan->reason));
    if (!event.plan->message.empty()) fields.emplace_back("message", event.plan->message);
  }
  if (event.error) {
    fields.emplace_back("error", to_string(event.error->code));
    fields.emplace_back("detail", event.error->message);
  }
  fields.emplace_back("trigger", to_string(event.trigger));
  fields.emplace_back("took_ms", std::to_string(event.took.count()));
  say(level_of(event), "reconciled", fields);
  if (is_due(event.expiring.state)) {
    // Of its own, so that an alert can be bound to it: it may be in sync, and it may be held.
    say(Level::error, "certificate expiring",
        {{"mapping", event.binding},
         {"target", event.target},
         {"reason", to_string(event.expiring.state)},
         {"message", event.expiring.message}});
  }
}

void TelemetryLog::on(const NotificationReceived& event) {
  say(Level::info, "notified",
      {{"notification", event.id},
       {"type", event.event_type},
       {"secrets", std::to_string(event.secrets)},
       {"mappings", std::to_string(event.bindings)}});
}

void TelemetryLog::on(const PlaceSurveyed& event) {
  Fields fields{{"place", event.place}};
  if (event.error) {
    fields.emplace_back("error", to_string(event.error->code));
    fields.emplace_back("detail", event.error->message);
  } else {
    fields.emplace_back("lines", std::to_string(event.lines));
    fields.emplace_back("moved", std::to_string(event.moved));
  }
  fields.emplace_back("took_ms", std::to_string(event.took.count()));
  say(event.error ? Level::warn : Level::info, "surveyed", fields);
}

void TelemetryLog::on(const MappingLoaded& event) {
  say(Level::info, "mapping loaded",
      {{"mappings", std::to_string(event.bindings)}, {"targets", std::to_string(event.targets)}});
}

void TelemetryLog::on(const MappingRejected& event) {
  for (const v1::Fault& fault : event.faults) {
    say(Level::error, "mapping refused", {{"fault", v1::to_string(fault)}});
  }
}

void TelemetryLog::on(const CallMade& event) {
  Fields fields{{"method", event.method}, {"host", event.host}, {"path", event.path}};
  if (event.status != 0) fields.emplace_back("status", std::to_string(event.status));
  if (!event.error.empty()) fields.emplace_back("error", event.error);
  if (!event.trace.empty()) fields.emplace_back("trace", event.trace);
  fields.emplace_back("took_ms", std::to_string(event.took.count()));
  say(Level::debug, "called", fields);
}

}  // namespace certloop::app

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/v1/status.h"
#include "api/v1/time_text.h"

namespace certloop::v1 {
namespace {

using Json = nlohmann::ordered_json;

Json optional_time(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? Json(rfc3339(*time)) : Json(nullptr);
}

Json condition(const char* type, const Condition& c) {
  return {{"type", type},
          {"status", to_string(c.status)},
          {"reason", c.reason},
          {"message", c.message},
          {"lastTransitionTime", rfc3339(c.since)}};
}

Json target(const TargetStatus& t) {
  const bool observed = t.observed_at != std::chrono::sys_seconds{};
  return {{"project", t.project},
          {"secret", t.secret},
          {"format", t.format},
          {"conditions",
           {condition("Ready", t.ready), condition("Stalled", t.stalled),
            condition("Expiring", t.expiring)}},
          {"observedAt", observed ? Json(rfc3339(t.observed_at)) : Json(nullptr)},
          {"writtenAt", optional_time(t.written_at)}};
}

Json source(const SourceStatus& s) {
  return {{"secretsManager", s.secrets_manager},
          {"secret", s.secret},
          {"subject", s.subject},
          {"serial", s.serial},
          {"notBefore", optional_time(s.not_before)},
          {"notAfter", optional_time(s.not_after)},
          {"dnsNames", s.dns_names}};
}

Json fault(const Fault& f) {
  return {{"file", f.place.file},
          {"line", f.place.line},
          {"column", f.place.column},
          {"message", f.message},
          {"hint", f.hint}};
}

Json fault_list(const std::vector<Fault>& faults) {
  Json list = Json::array();
  for (const Fault& f : faults) list.push_back(fault(f));
  return list;
}

Json signatures(const SignatureStatus& s) {
  return {{"keyKnown", s.key_read_at.has_value()},
          {"keyReadAt", optional_time(s.key_read_at)},
          {"problem", s.problem},
          {"accepted", s.accepted},
          {"deferred", s.deferred},
          {"refused",
           {{"malformed", s.refused.malformed},
            {"algorithm", s.refused.algorithm},
            {"signature", s.refused.signature},
            {"time", s.refused.time}}}};
}

// Bytes that are no UTF-8 (file names can hold any) are replaced, never thrown on.
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

const char* to_string(ConditionStatus status) {
  switch (status) {
    case ConditionStatus::unknown:
      return "Unknown";
    case ConditionStatus::yes:
      return "True";
    case ConditionStatus::no:
      return "False";
  }
  return "Unknown";
}

bool all_ready(const Status& status) {
  const auto ready = [](const TargetStatus& t) { return t.ready.status == ConditionStatus::yes; };
  return status.file.loaded && status.file.faults.empty() && !status.mappings.empty() &&
         std::all_of(status.mappings.begin(), status.mappings.end(), [&](const MappingStatus& m) {
           return std::all_of(m.targets.begin(), m.targets.end(), ready);
         });
}

std::string to_json(const Status& status) {
  Json mappings = Json::array();
  for (const MappingStatus& m : status.mappings) {
    Json targets = Json::array();
    for (const TargetStatus& t : m.targets) targets.push_back(target(t));
    mappings.push_back({{"name", m.name}, {"source", source(m.source)}, {"targets", targets}});
  }
  Json json{{"version", status.version},
            {"ready", all_ready(status)},
            {"mappingFile",
             {{"loaded", status.file.loaded},
              {"since", optional_time(status.file.since)},
              {"faults", fault_list(status.file.faults)}}}};
  if (status.signed_notifications) {
    json["signedNotifications"] = signatures(*status.signed_notifications);
  }
  json["mappings"] = std::move(mappings);
  return dump(json);
}

std::string to_json(const std::vector<Fault>& faults) {
  return dump({{"valid", faults.empty()}, {"faults", fault_list(faults)}});
}

}  // namespace certloop::v1

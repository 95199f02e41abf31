#include <nlohmann/json.hpp>

#include "controller/app/paint.h"
#include "controller/app/report.h"
#include "controller/core/text.h"

namespace certloop::app {
namespace {

using nlohmann::ordered_json;

// The table is made from the JSON, so that `status` shows the same whether it looked itself or
// asked.
std::string text_of(const ordered_json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? printable(member->get<std::string>(), 200)
                                                       : std::string();
}

std::string number_of(const ordered_json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_number_integer()
             ? std::to_string(member->get<std::int64_t>())
             : std::string("?");
}

ordered_json object_of(const ordered_json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_object() ? *member : ordered_json::object();
}

ordered_json list_of(const ordered_json& object, const char* name) {
  if (!object.is_object()) return ordered_json::array();
  const auto member = object.find(name);
  return member != object.end() && member->is_array() ? *member : ordered_json::array();
}

std::string target_line(const ordered_json& target, bool colour) {
  ordered_json ready = ordered_json::object();
  for (const ordered_json& condition : list_of(target, "conditions")) {
    if (condition.is_object() && text_of(condition, "type") == "Ready") ready = condition;
  }
  const std::string status = text_of(ready, "status");
  const Tone tone = status == "True" ? Tone::good : status == "False" ? Tone::warn : Tone::bad;
  const std::string name = text_of(target, "project") + "/" + text_of(target, "secret");
  std::string line = "  " + painted(tone,
                                    padded(name, 40) + "  ready " + padded(status, 7) + "  " +
                                        text_of(ready, "reason"),
                                    colour);
  const std::string message = text_of(ready, "message");
  if (!message.empty()) line += "  " + painted(Tone::dim, message, colour);
  return line + painted(Tone::dim, "  since " + text_of(ready, "lastTransitionTime"), colour) +
         "\n";
}

std::string mapping_lines(const ordered_json& mapping, bool colour) {
  const auto source = object_of(mapping, "source");
  std::string text = text_of(mapping, "name");
  const std::string serial = text_of(source, "serial");
  if (!serial.empty()) {
    text += painted(Tone::dim,
                    "  " + text_of(source, "subject") + ", serial " + serial + ", valid until " +
                        text_of(source, "notAfter"),
                    colour);
  }
  text += "\n";
  for (const ordered_json& target : list_of(mapping, "targets")) {
    if (target.is_object()) text += target_line(target, colour);
  }
  return text;
}

std::string file_lines(const ordered_json& status, bool colour) {
  const auto file = object_of(status, "mappingFile");
  std::string text;
  for (const ordered_json& fault : list_of(file, "faults")) {
    if (!fault.is_object()) continue;
    text += painted(Tone::bad,
                    "refused: " + text_of(fault, "file") + ":" + number_of(fault, "line") + ": " +
                        text_of(fault, "message"),
                    colour) +
            "\n";
  }
  return text;
}

// Empty when no signature is looked for.
std::string signature_line(const ordered_json& status, bool colour) {
  const auto key = object_of(status, "signedNotifications");
  if (key.empty()) return {};
  const std::string read_at = text_of(key, "keyReadAt");
  const std::string problem = text_of(key, "problem");
  const std::string known = read_at.empty() ? "no key yet" : "key read at " + read_at;
  const Tone tone = read_at.empty() ? Tone::bad : problem.empty() ? Tone::good : Tone::warn;
  return painted(tone, "signed notifications: " + known, colour) +
         (problem.empty() ? "" : "  " + painted(Tone::dim, problem, colour)) + "\n";
}

}  // namespace

std::string status_table(const std::string& json, bool colour) {
  const auto status = ordered_json::parse(json, nullptr, false);
  if (!status.is_object() || !status.contains("mappings")) return {};
  std::string text = file_lines(status, colour) + signature_line(status, colour);
  for (const ordered_json& mapping : list_of(status, "mappings")) {
    if (mapping.is_object()) text += mapping_lines(mapping, colour);
  }
  const bool ready = status_is_ready(json);
  return text + painted(ready ? Tone::good : Tone::warn, ready ? "ready" : "not ready", colour) +
         "\n";
}

std::string status_table(const v1::Status& status, bool colour) {
  return status_table(v1::to_json(status), colour);
}

bool status_is_ready(const std::string& json) {
  const auto status = ordered_json::parse(json, nullptr, false);
  return status.is_object() && status.contains("ready") && status["ready"].is_boolean() &&
         status["ready"].get<bool>();
}

}  // namespace certloop::app

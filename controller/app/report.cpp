#include "controller/app/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/core/text.h"

namespace certloop::app {
namespace {

using nlohmann::ordered_json;

enum class Tone { good, change, warn, bad, dim, plain };

std::string painted(Tone tone, const std::string& text, bool colour) {
  if (!colour || tone == Tone::plain) return text;
  const char* code = "";
  switch (tone) {
    case Tone::good:
      code = "\x1b[32m";
      break;
    case Tone::change:
      code = "\x1b[36m";
      break;
    case Tone::warn:
      code = "\x1b[33m";
      break;
    case Tone::bad:
      code = "\x1b[31m";
      break;
    case Tone::dim:
      code = "\x1b[2m";
      break;
    case Tone::plain:
      break;
  }
  return code + text + "\x1b[0m";
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

struct Verdict {
  Tone tone = Tone::plain;
  std::string sign{};
  std::string word{};
  std::string reason{};
};

Verdict verdict_of(const TargetOutcome& outcome, bool done) {
  if (outcome.error) {
    return {Tone::bad, "x", outcome.plan ? "write failed" : "failed",
            to_string(outcome.error->code)};
  }
  const std::string reason = to_string(outcome.plan->reason);
  switch (outcome.plan->action()) {
    case Action::nothing:
      return {Tone::good, "=", "in sync", reason};
    case Action::create:
      return {Tone::change, "+", done ? "created" : "create", reason};
    case Action::replace:
      return {Tone::change, "~", done ? "replaced" : "replace", reason};
    case Action::hold:
      return {Tone::warn, "!", "held", reason};
  }
  return {};
}

std::string explanation(const TargetOutcome& outcome) {
  if (outcome.error) return outcome.error->message;
  const std::string what_to_do = advice(outcome.plan->reason);
  return what_to_do.empty() ? outcome.plan->message : outcome.plan->message + "; " + what_to_do;
}

std::string heading(const PassResult& result, bool colour) {
  const v1::Binding& binding = *result.binding;
  if (!result.outcome.leaf) return binding.id + "\n";
  const LeafFacts& leaf = *result.outcome.leaf;
  const std::string facts = "  " + printable(leaf.subject, 80) + ", serial " + leaf.serial +
                            ", valid until " + rfc3339(leaf.not_after);
  return binding.id + painted(Tone::dim, facts, colour) + "\n";
}

std::size_t widest_target(const std::vector<PassResult>& results) {
  std::size_t width = 0;
  for (const PassResult& result : results) {
    for (const v1::Target& target : result.binding->targets) {
      width = std::max(width, v1::display_name(target).size());
    }
  }
  return std::min<std::size_t>(width, 60);
}

std::string total_line(const Tally& t, bool done) {
  const std::string create = done ? " created, " : " to create, ";
  const std::string replace = done ? " replaced, " : " to replace, ";
  return std::to_string(t.create) + create + std::to_string(t.replace) + replace +
         std::to_string(t.nothing) + " in sync, " + std::to_string(t.hold) + " held, " +
         std::to_string(t.failed) + " failed\n";
}

ordered_json target_json(const v1::Target& target, const TargetOutcome& outcome) {
  ordered_json json{{"project", target.project}, {"secret", target.secret}};
  if (outcome.plan) {
    json["action"] = to_string(outcome.plan->action());
    json["reason"] = to_string(outcome.plan->reason);
    json["message"] = outcome.plan->message;
    json["advice"] = advice(outcome.plan->reason);
  }
  if (outcome.error) {
    json["error"] = {{"code", to_string(outcome.error->code)}, {"message", outcome.error->message}};
  }
  return json;
}

ordered_json mapping_json(const PassResult& result) {
  ordered_json json{{"name", result.binding->id}};
  if (result.outcome.leaf) {
    const LeafFacts& leaf = *result.outcome.leaf;
    json["certificate"] = {{"subject", leaf.subject},
                           {"serial", leaf.serial},
                           {"notBefore", rfc3339(leaf.not_before)},
                           {"notAfter", rfc3339(leaf.not_after)},
                           {"dnsNames", leaf.dns_names}};
  }
  json["targets"] = ordered_json::array();
  for (std::size_t i = 0; i < result.outcome.targets.size(); ++i) {
    json["targets"].push_back(target_json(result.binding->targets[i], result.outcome.targets[i]));
  }
  return json;
}

std::string dump(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Tally tally(const std::vector<PassResult>& results) {
  Tally total;
  for (const PassResult& result : results) {
    for (const TargetOutcome& outcome : result.outcome.targets) {
      if (outcome.error) {
        ++total.failed;
        continue;
      }
      switch (outcome.plan->action()) {
        case Action::nothing:
          ++total.nothing;
          break;
        case Action::create:
          ++total.create;
          break;
        case Action::replace:
          ++total.replace;
          break;
        case Action::hold:
          ++total.hold;
          break;
      }
    }
  }
  return total;
}

std::string pass_table(const std::vector<PassResult>& results, bool done, bool colour) {
  const std::size_t width = widest_target(results);
  std::string text;
  for (const PassResult& result : results) {
    text += heading(result, colour);
    for (std::size_t i = 0; i < result.outcome.targets.size(); ++i) {
      const TargetOutcome& outcome = result.outcome.targets[i];
      const Verdict verdict = verdict_of(outcome, done);
      const std::string name = padded(v1::display_name(result.binding->targets[i]), width);
      text += "  " + painted(verdict.tone,
                             verdict.sign + " " + name + "  " + padded(verdict.word, 12) + "  " +
                                 verdict.reason,
                             colour);
      const std::string why = explanation(outcome);
      if (!why.empty()) text += "  " + painted(Tone::dim, why, colour);
      text += "\n";
    }
  }
  return text + total_line(tally(results), done);
}

std::string pass_json(const std::vector<PassResult>& results, bool done) {
  const Tally t = tally(results);
  ordered_json json{{"done", done},
                    {"summary",
                     {{"create", t.create},
                      {"replace", t.replace},
                      {"nothing", t.nothing},
                      {"hold", t.hold},
                      {"failed", t.failed}}}};
  json["mappings"] = ordered_json::array();
  for (const PassResult& result : results) json["mappings"].push_back(mapping_json(result));
  return dump(json);
}

std::string faults_text(const std::vector<v1::Fault>& faults, bool colour) {
  std::string text;
  for (const v1::Fault& fault : faults) {
    text += painted(Tone::bad, printable(v1::to_string(fault), 600), colour) + "\n";
  }
  return text + std::to_string(faults.size()) + (faults.size() == 1 ? " fault\n" : " faults\n");
}

namespace {

// The table is made from the JSON, so that `status` shows the same whether it looked itself or
// asked.
std::string text_of(const ordered_json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? printable(member->get<std::string>(), 200)
                                                       : std::string();
}

const ordered_json& list_of(const ordered_json& object, const char* name) {
  static const ordered_json kEmpty = ordered_json::array();
  if (!object.is_object()) return kEmpty;
  const auto member = object.find(name);
  return member != object.end() && member->is_array() ? *member : kEmpty;
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
  const auto source = mapping.value("source", ordered_json::object());
  std::string text = text_of(mapping, "name");
  const std::string serial = source.is_object() ? text_of(source, "serial") : "";
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
  const auto file = status.value("mappingFile", ordered_json::object());
  std::string text;
  for (const ordered_json& fault : list_of(file, "faults")) {
    if (!fault.is_object()) continue;
    text += painted(Tone::bad,
                    "refused: " + text_of(fault, "file") + ":" +
                        std::to_string(fault.value("line", 0)) + ": " + text_of(fault, "message"),
                    colour) +
            "\n";
  }
  return text;
}

}  // namespace

std::string status_table(const std::string& json, bool colour) {
  const auto status = ordered_json::parse(json, nullptr, false);
  if (!status.is_object() || !status.contains("mappings")) return {};
  std::string text = file_lines(status, colour);
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

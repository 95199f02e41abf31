#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/app/paint.h"
#include "controller/app/report.h"
#include "controller/core/text.h"

namespace certloop::app {
namespace {

using nlohmann::ordered_json;

struct Verdict {
  Tone tone = Tone::plain;
  std::string sign{};
  std::string word{};
  std::string reason{};
};

Verdict verdict_of(const TargetOutcome& outcome, Mode mode) {
  if (outcome.error) {
    return {Tone::bad, "x", outcome.plan ? "write failed" : "failed",
            to_string(outcome.error->code)};
  }
  const std::string reason = to_string(outcome.plan->reason);
  switch (outcome.plan->action()) {
    case Action::nothing:
      return {Tone::good, "=", "in sync", reason};
    case Action::create:
      return {Tone::change, "+", mode == Mode::sync ? "created" : "create", reason};
    case Action::replace:
      return {Tone::change, "~", mode == Mode::sync ? "replaced" : "replace", reason};
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

std::string total_line(const Tally& t, Mode mode) {
  const std::string create = mode == Mode::sync ? " created, " : " to create, ";
  const std::string replace = mode == Mode::sync ? " replaced, " : " to replace, ";
  return std::to_string(t.create) + create + std::to_string(t.replace) + replace +
         std::to_string(t.nothing) + " in sync, " + std::to_string(t.hold) + " held, " +
         std::to_string(t.failed) + " failed\n";
}

ordered_json target_json(const v1::Target& target, const TargetOutcome& outcome) {
  ordered_json json{{"project", target.project->name}, {"secret", target.secret}};
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

std::string pass_table(const std::vector<PassResult>& results, Mode mode, bool colour) {
  const std::size_t width = widest_target(results);
  std::string text;
  for (const PassResult& result : results) {
    text += heading(result, colour);
    for (std::size_t i = 0; i < result.outcome.targets.size(); ++i) {
      const TargetOutcome& outcome = result.outcome.targets[i];
      const Verdict verdict = verdict_of(outcome, mode);
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
  return text + total_line(tally(results), mode);
}

std::string pass_json(const std::vector<PassResult>& results, Mode mode) {
  const Tally t = tally(results);
  ordered_json json{{"done", mode == Mode::sync},
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

}  // namespace certloop::app

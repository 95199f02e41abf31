#include "controller/core/conditions.h"

namespace certloop {
namespace {

using v1::Condition;
using v1::ConditionStatus;

Condition turned(const Condition& previous, ConditionStatus status, std::string_view reason,
                 std::string message, WallTime now) {
  const WallTime since = status == previous.status ? previous.since : now;
  return {status, reason, std::move(message), since};
}

const char* reason_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "Invalid";
    case ErrorCode::not_found:
      return "NotFound";
    case ErrorCode::denied:
      return "Denied";
    case ErrorCode::exhausted:
      return "QuotaReached";
    case ErrorCode::conflict:
      return "Conflict";
    case ErrorCode::unavailable:
      return "Unavailable";
    case ErrorCode::corrupt:
      return "Corrupt";
    case ErrorCode::too_large:
      return "TooLarge";
    case ErrorCode::internal:
      return "Internal";
  }
  return "Internal";
}

// Errors that stay until somebody changes something.
bool needs_a_person(ErrorCode code) {
  return code == ErrorCode::invalid || code == ErrorCode::not_found || code == ErrorCode::denied ||
         code == ErrorCode::exhausted;
}

// Holds that end by themselves, or by the wish of who made them.
bool is_expected(Reason reason) {
  return reason == Reason::not_yet_valid || reason == Reason::suspended;
}

std::string with_advice(const Error& error) {
  if (error.code != ErrorCode::exhausted) return error.message;
  return error.message + "; delete what the project needs no more, or map to another project";
}

std::string with_advice(const Plan& plan) {
  const std::string what_to_do = advice(plan.reason);
  return what_to_do.empty() ? plan.message : plan.message + "; " + what_to_do;
}

// A target that could not be seen may serve what it did: the last word on it stays.
Condition expiring(const Condition& previous, const TargetOutcome& outcome, WallTime now) {
  const auto& [state, message] = outcome.expiring;
  if (state == Expiry::unknown && outcome.error) return previous;
  const auto status = state == Expiry::unknown ? ConditionStatus::unknown
                      : is_due(state)          ? ConditionStatus::yes
                                               : ConditionStatus::no;
  return turned(previous, status, to_string(state), message, now);
}

}  // namespace

v1::TargetConditions unobserved(WallTime now) {
  const Condition nothing{ConditionStatus::unknown, "NotObserved", "not looked at yet", now};
  return {nothing, nothing, nothing, {}, {}};
}

v1::TargetConditions fold(v1::TargetConditions previous, const TargetOutcome& outcome,
                          WallTime now) {
  v1::TargetConditions status = std::move(previous);
  status.observed_at = now;
  if (outcome.wrote) status.written_at = now;
  status.expiring = expiring(status.expiring, outcome, now);
  if (outcome.error) {
    const auto stalled =
        needs_a_person(outcome.error->code) ? ConditionStatus::yes : ConditionStatus::no;
    const std::string_view reason = reason_of(outcome.error->code);
    const std::string message = with_advice(*outcome.error);
    status.ready = turned(status.ready, ConditionStatus::unknown, reason, message, now);
    status.stalled = turned(status.stalled, stalled, reason, message, now);
    return status;
  }
  const Plan& plan = *outcome.plan;
  const bool in_sync = outcome.wrote || plan.action() == Action::nothing;
  const bool stalled = plan.action() == Action::hold && !is_expected(plan.reason);
  const std::string_view reason = to_string(in_sync ? Reason::in_sync : plan.reason);
  const std::string message = outcome.wrote ? std::string() : with_advice(plan);
  const auto yes_if = [](bool yes) { return yes ? ConditionStatus::yes : ConditionStatus::no; };
  status.ready = turned(status.ready, yes_if(in_sync), reason, message, now);
  status.stalled = turned(status.stalled, yes_if(stalled), reason, message, now);
  return status;
}

v1::TargetStatus describe(const v1::Target& target, v1::TargetConditions conditions) {
  return {std::move(conditions), target.project->name, target.secret, to_string(target.format)};
}

v1::SourceStatus describe(const v1::Source& source, const std::optional<LeafFacts>& leaf) {
  v1::SourceStatus status;
  status.secrets_manager = source.manager->name;
  status.secret = source.id.empty()
                      ? source.group + "/" + v1::to_string(source.type) + "/" + source.name
                      : source.id;
  if (leaf) {
    status.subject = leaf->subject;
    status.serial = leaf->serial;
    status.not_before = leaf->not_before;
    status.not_after = leaf->not_after;
    status.dns_names = leaf->dns_names;
  }
  return status;
}

}  // namespace certloop

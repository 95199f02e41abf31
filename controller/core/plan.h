#pragma once
#include <string>
#include <utility>

namespace certloop {

enum class Action { nothing, create, replace, hold };

// Why. The reason alone tells the action, so a plan cannot contradict itself.
enum class Reason {
  in_sync,
  target_missing,
  content_differs,
  source_missing,
  source_unreadable,
  key_missing,
  key_mismatch,
  chain_gap,
  issuer_not_allowed,
  weak_signature,
  key_not_allowed,
  key_too_small,
  not_for_servers,
  not_yet_valid,
  expired,
  validity_too_short,
  name_not_covered,
  target_other_format,
  target_hidden,
  older_than_in_place,
  not_ours,
  drift_reported,
  contended,
  suspended,
};

constexpr Action action_of(Reason reason) {
  switch (reason) {
    case Reason::in_sync:
      return Action::nothing;
    case Reason::target_missing:
      return Action::create;
    case Reason::content_differs:
      return Action::replace;
    case Reason::source_missing:
    case Reason::source_unreadable:
    case Reason::key_missing:
    case Reason::key_mismatch:
    case Reason::chain_gap:
    case Reason::issuer_not_allowed:
    case Reason::weak_signature:
    case Reason::key_not_allowed:
    case Reason::key_too_small:
    case Reason::not_for_servers:
    case Reason::not_yet_valid:
    case Reason::expired:
    case Reason::validity_too_short:
    case Reason::name_not_covered:
    case Reason::target_other_format:
    case Reason::target_hidden:
    case Reason::older_than_in_place:
    case Reason::not_ours:
    case Reason::drift_reported:
    case Reason::contended:
    case Reason::suspended:
      return Action::hold;
  }
  return Action::hold;
}

// What to do with one target, and why.
struct Plan {
  Reason reason = Reason::in_sync;
  std::string message{};   // one sentence of what is the case; names and dates, never bytes
  std::string if_match{};  // the entity tag the decision was made on; set for replace only

  Action action() const { return action_of(reason); }
};

// Words for logs, status and plans, part of the interface: "replace", "ContentDiffers".
const char* to_string(Action);
const char* to_string(Reason);
// What an operator does about it; empty where nothing is to be done.
const char* advice(Reason);

}  // namespace certloop

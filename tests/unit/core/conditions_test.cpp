#include "controller/core/conditions.h"

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using v1::ConditionStatus;

constexpr WallTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};

TargetOutcome planned(Reason reason, std::string message = "what is the case") {
  return {Plan{reason, std::move(message), {}}, {}, false};
}

TargetOutcome wrote(Reason reason) {
  return {Plan{reason, "what is the case", {}}, {}, true};
}

TargetOutcome failed(ErrorCode code) {
  return {{}, Error{code, "what went wrong", {}}, false};
}

// What is known after these looks, one minute apart, the first at kStart + 1 min.
v1::TargetConditions after(const std::vector<TargetOutcome>& looks) {
  v1::TargetConditions status = unobserved(kStart);
  WallTime now = kStart;
  for (const auto& look : looks) status = fold(std::move(status), look, now += 1min);
  return status;
}

}  // namespace

TEST_CASE("a target nobody looked at yet is Unknown in both conditions") {
  const auto status = unobserved(kStart);
  CHECK(status.ready.status == ConditionStatus::unknown);
  CHECK(status.stalled.status == ConditionStatus::unknown);
  CHECK(status.ready.reason == "NotObserved");
  CHECK(status.ready.since == kStart);
  CHECK_FALSE(status.written_at);
}

TEST_CASE("each outcome gives its two conditions") {
  struct Case {
    const char* fact;
    TargetOutcome outcome;
    ConditionStatus ready;
    ConditionStatus stalled;
    const char* reason;
  };
  const auto yes = ConditionStatus::yes;
  const auto no = ConditionStatus::no;
  const auto unknown = ConditionStatus::unknown;
  const std::vector<Case> cases = {
      {"in sync is ready", planned(Reason::in_sync), yes, no, "InSync"},
      {"a created one is ready", wrote(Reason::target_missing), yes, no, "InSync"},
      {"a replaced one is ready", wrote(Reason::content_differs), yes, no, "InSync"},
      {"a create that was only planned is not ready", planned(Reason::target_missing), no, no,
       "TargetMissing"},
      {"a replace that was only planned is not ready", planned(Reason::content_differs), no, no,
       "ContentDiffers"},
      {"a held one stalls", planned(Reason::key_mismatch), no, yes, "KeyMismatch"},
      {"a contended one stalls", planned(Reason::contended), no, yes, "Contended"},
      {"reported drift stalls", planned(Reason::drift_reported), no, yes, "DriftReported"},
      {"somebody else's stalls", planned(Reason::not_ours), no, yes, "NotOurs"},
      {"a suspended one needs nobody", planned(Reason::suspended), no, no, "Suspended"},
      {"missing rights stall", failed(ErrorCode::denied), unknown, yes, "Denied"},
      {"a wrong configuration stalls", failed(ErrorCode::invalid), unknown, yes, "Invalid"},
      {"a missing project stalls", failed(ErrorCode::not_found), unknown, yes, "NotFound"},
      {"a used-up quota stalls", failed(ErrorCode::exhausted), unknown, yes, "QuotaReached"},
      {"an outage passes", failed(ErrorCode::unavailable), unknown, no, "Unavailable"},
      {"another writer passes", failed(ErrorCode::conflict), unknown, no, "Conflict"},
      {"nonsense passes", failed(ErrorCode::corrupt), unknown, no, "Corrupt"},
      {"too long an answer passes", failed(ErrorCode::too_large), unknown, no, "TooLarge"},
      {"a fault of ours passes", failed(ErrorCode::internal), unknown, no, "Internal"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      const auto status = after({c.outcome});
      CHECK(status.ready.status == c.ready);
      CHECK(status.stalled.status == c.stalled);
      CHECK(status.ready.reason == c.reason);
      CHECK(status.stalled.reason == c.reason);
      CHECK(status.observed_at == kStart + 1min);
    }
  }
}

TEST_CASE("expiring is a condition of its own, whatever the plan is") {
  const auto with = [](TargetOutcome outcome, Expiry state) {
    outcome.expiring = {state, "what is the case"};
    return outcome;
  };
  struct Case {
    const char* fact;
    TargetOutcome outcome;
    ConditionStatus expiring;
    const char* reason;
  };
  const auto yes = ConditionStatus::yes;
  const auto no = ConditionStatus::no;
  const auto unknown = ConditionStatus::unknown;
  const std::vector<Case> cases = {
      {"it has time", with(planned(Reason::in_sync), Expiry::not_due), no, "NotDue"},
      {"in sync and near", with(planned(Reason::in_sync), Expiry::not_renewed), yes, "NotRenewed"},
      {"held and near", with(planned(Reason::chain_gap), Expiry::successor_held), yes,
       "SuccessorHeld"},
      {"failed and near", with(failed(ErrorCode::denied), Expiry::not_replaced), yes,
       "NotReplaced"},
      {"over", with(planned(Reason::expired), Expiry::expired), yes, "Expired"},
      {"nothing is there", with(planned(Reason::target_missing), Expiry::unknown), unknown,
       "NoCertificate"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      const auto status = after({c.outcome});
      CHECK(status.expiring.status == c.expiring);
      CHECK(status.expiring.reason == c.reason);
      CHECK(status.expiring.message == "what is the case");
    }
  }
  SECTION("a target that cannot be seen keeps the last word on it") {
    const auto status = after({with(planned(Reason::in_sync), Expiry::not_renewed),
                               failed(ErrorCode::unavailable), failed(ErrorCode::unavailable)});
    CHECK(status.expiring.status == yes);
    CHECK(status.expiring.reason == "NotRenewed");
    CHECK(status.expiring.since == kStart + 1min);
  }
}

TEST_CASE("a write that failed after a plan is told by its error") {
  const auto status = after({{Plan{Reason::content_differs, "differs", "7"},
                              Error{ErrorCode::conflict, "somebody was faster", {}}, false}});
  CHECK(status.ready.status == ConditionStatus::unknown);
  CHECK(status.ready.message == "somebody was faster");
  CHECK_FALSE(status.written_at);
}

TEST_CASE("a transition time moves when the status does, not with reason or message") {
  const auto held = after({planned(Reason::expired), planned(Reason::key_mismatch, "other")});
  CHECK(held.ready.since == kStart + 1min);
  CHECK(held.ready.reason == "KeyMismatch");
  CHECK(held.observed_at == kStart + 2min);

  const auto mended = after({planned(Reason::expired), wrote(Reason::content_differs),
                             planned(Reason::in_sync), planned(Reason::in_sync)});
  CHECK(mended.ready.since == kStart + 2min);
  CHECK(mended.stalled.since == kStart + 2min);
}

TEST_CASE("an error turns Ready to Unknown and keeps when we last wrote") {
  const auto status = after({wrote(Reason::target_missing), failed(ErrorCode::unavailable)});
  CHECK(status.ready.status == ConditionStatus::unknown);
  CHECK(status.ready.since == kStart + 2min);
  CHECK(status.written_at == kStart + 1min);
  CHECK(status.observed_at == kStart + 2min);
}

TEST_CASE("an error on the first look does not pretend a transition") {
  CHECK(after({failed(ErrorCode::unavailable)}).ready.since == kStart);
}

TEST_CASE("a held target's message says what is the case and what to do") {
  CHECK(after({planned(Reason::key_missing, "no key")}).ready.message ==
        std::string("no key; ") + advice(Reason::key_missing));
  CHECK(after({planned(Reason::in_sync, "")}).ready.message.empty());
  CHECK(after({planned(Reason::in_sync, "suspended")}).ready.message == "suspended");
  CHECK(after({wrote(Reason::content_differs)}).ready.message.empty());
}

TEST_CASE("a used-up quota says what to do about it") {
  CHECK(after({failed(ErrorCode::exhausted)}).stalled.message ==
        "what went wrong; delete what the project needs no more, or map to another project");
}

TEST_CASE("a target is described by the names of the mapping file and by what looks found") {
  const auto status = describe(test::tls_target("front-tls", "shop"), unobserved(kStart));
  CHECK(status.project == "shop");
  CHECK(status.secret == "front-tls");
  CHECK(status.format == "tls");
  CHECK(status.ready.reason == "NotObserved");
}

TEST_CASE("a source is described by its id, or by group, type and name") {
  CHECK(describe(test::source_by_id("0cf4"), {}).secret == "0cf4");
  CHECK(describe(test::source_by_name("pay", "payments"), {}).secret ==
        "payments/imported_cert/pay");
  const auto bare = describe(test::source_by_id(), {});
  CHECK(bare.secrets_manager == "main");
  CHECK_FALSE(bare.not_after);
}

TEST_CASE("a seen certificate shows in the source's status") {
  LeafFacts leaf;
  leaf.subject = "CN=a.example";
  leaf.serial = "0a:1b";
  leaf.not_before = kStart;
  leaf.not_after = kStart + 24h;
  leaf.dns_names = {"a.example"};
  const auto status = describe(test::source_by_id(), leaf);
  CHECK(status.subject == "CN=a.example");
  CHECK(status.serial == "0a:1b");
  CHECK(status.not_before == kStart);
  CHECK(status.not_after == kStart + 24h);
  CHECK(status.dns_names == leaf.dns_names);
}

}  // namespace certloop

#include "controller/core/expiry.h"

#include "tests/support/catch.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};
constexpr auto kDay = 24h;
constexpr auto kWithin = 14 * kDay;

LeafFacts leaf(WallTime not_after, std::chrono::seconds life = 90 * kDay) {
  LeafFacts facts;
  facts.not_before = not_after - life;
  facts.not_after = not_after;
  return facts;
}

Plan plan(Reason reason) {
  return {reason, "what is the case", {}};
}

}  // namespace

TEST_CASE("expiry: what is to be said of the certificate in place") {
  const LeafFacts ending = leaf(kNow + 3 * kDay);
  const LeafFacts next = leaf(kNow + 80 * kDay);
  struct Case {
    const char* fact;
    Served served;
    Expiry state;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"nothing whole is in place", {{}, next, plan(Reason::chain_gap)}, Expiry::unknown, ""},
      {"it has time", {next, next, plan(Reason::in_sync)}, Expiry::not_due, ""},
      {"it ends soon, and is the newest there is",
       {ending, ending, plan(Reason::in_sync)},
       Expiry::not_renewed,
       "the certificate in place expires on 2026-08-04T00:00:00Z; rotate it in Secrets Manager"},
      {"it ends soon, and what is held is older still",
       {ending, leaf(kNow + 2 * kDay), plan(Reason::older_than_in_place)},
       Expiry::not_renewed,
       "the certificate in place expires on 2026-08-04T00:00:00Z; rotate it in Secrets Manager"},
      {"it ends soon, and its successor is held",
       {ending, next, plan(Reason::chain_gap)},
       Expiry::successor_held,
       "the certificate in place expires on 2026-08-04T00:00:00Z; its successor, which expires on "
       "2026-10-20T00:00:00Z, is held: ChainGap"},
      {"it ends soon, and the source is gone",
       {ending, {}, plan(Reason::source_missing)},
       Expiry::not_replaced,
       "the certificate in place expires on 2026-08-04T00:00:00Z; SourceMissing"},
      {"it ends soon, and the run failed",
       {ending, next, fail(ErrorCode::denied, "writing the secret: 403")},
       Expiry::not_replaced,
       "the certificate in place expires on 2026-08-04T00:00:00Z; writing the secret: 403"},
      {"it has ended",
       {leaf(kNow - 1s), next, plan(Reason::chain_gap)},
       Expiry::expired,
       "the certificate in place expired on 2026-07-31T23:59:59Z"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      const Expiring found = expiry_of(c.served, kWithin, kNow);
      CHECK(found.state == c.state);
      CHECK(found.message == c.message);
    }
  }
}

TEST_CASE("expiry: a certificate is due within its time, to the second, and in its last third") {
  const auto state = [](const LeafFacts& in_place, std::chrono::seconds within) {
    return expiry_of({in_place, in_place, plan(Reason::in_sync)}, within, kNow).state;
  };
  CHECK(state(leaf(kNow + kWithin), kWithin) == Expiry::not_renewed);
  CHECK(state(leaf(kNow + kWithin + 1s), kWithin) == Expiry::not_due);
  CHECK(state(leaf(kNow), kWithin) == Expiry::not_renewed);
  CHECK(state(leaf(kNow - 1s), kWithin) == Expiry::expired);
  CHECK(state(leaf(kNow + 1s), 0s) == Expiry::not_due);
  CHECK(state(leaf(kNow + 2 * kDay, 6 * kDay), kWithin) == Expiry::not_renewed);
  CHECK(state(leaf(kNow + 2 * kDay + 1s, 6 * kDay), kWithin) == Expiry::not_due);
  CHECK(state(leaf(kNow + 1s, -5s), kWithin) == Expiry::not_due);
}

TEST_CASE("expiry: the next change is the first date ahead that turns an answer") {
  v1::Binding binding;
  binding.expiring_within = kWithin;
  binding.require = v1::Require{.valid_for = 7 * kDay};
  const LeafFacts in_place = leaf(kNow + 20 * kDay);
  const LeafFacts source = leaf(kNow + 40 * kDay);
  const Served served{in_place, source, plan(Reason::chain_gap)};
  const auto next = [&](WallTime now) { return next_change(served, binding, now); };
  CHECK(next(kNow) == in_place.not_after - kWithin);
  CHECK(next(in_place.not_after - kWithin) == in_place.not_after + 1s);
  CHECK(next(in_place.not_after + 1s) == source.not_after - 7 * kDay + 1s);
  CHECK(next(source.not_after) == source.not_after + 1s);
  CHECK_FALSE(next(source.not_after + 1s));
  CHECK_FALSE(next_change({}, binding, kNow));
}

TEST_CASE("expiry: at each next change the answer is another one, and never between") {
  v1::Binding binding;
  binding.expiring_within = kWithin;
  const LeafFacts in_place = leaf(kNow + 20 * kDay);
  const Served served{in_place, in_place, plan(Reason::in_sync)};
  const auto state = [&](WallTime now) { return expiry_of(served, kWithin, now).state; };
  WallTime now = kNow;
  std::vector<Expiry> seen{state(now)};
  while (const auto next = next_change(served, binding, now)) {
    CHECK(state(*next - 1s) == seen.back());
    now = *next;
    seen.push_back(state(now));
  }
  CHECK(seen == std::vector{Expiry::not_due, Expiry::not_renewed, Expiry::expired});
}

}  // namespace certloop

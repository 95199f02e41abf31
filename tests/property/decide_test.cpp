// Laws of the policy, for any input.
#include "controller/core/decide.h"

#include <rapidcheck/catch.h>

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

WallTime some_wall_time() {
  return WallTime(std::chrono::seconds(*rc::gen::inRange<std::int64_t>(0, 253'402'300'800)));
}

WallTime near(WallTime time) {
  return time + std::chrono::seconds(*rc::gen::inRange(-2, 3));
}

KeyFacts some_key() {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return {{}, *rc::gen::arbitrary<std::string>(), *rc::gen::inRange(-1, 4096)};
    case 1:
      return {v1::KeyType::rsa, "RSA", *rc::gen::element(0, 1024, 2047, 2048, 4096)};
    case 2:
      return {v1::KeyType::ed25519, "Ed25519", 253};
    default:
      return {v1::KeyType::ecdsa, "ECDSA on P-256", *rc::gen::element(255, 256, 384, 521)};
  }
}

UsageFacts some_usage() {
  const auto mostly = [](bool fact) { return *rc::gen::inRange(0, 8) == 0 ? !fact : fact; };
  return {mostly(false), mostly(true), mostly(true), mostly(true), mostly(true)};
}

SourceState some_source(WallTime now) {
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return SourceMissing{};
    case 1:
      return SourceUnreadable{*rc::gen::arbitrary<std::string>()};
    default:
      break;
  }
  SourceReadable source;
  source.leaf.subject = *rc::gen::arbitrary<std::string>();
  source.leaf.not_before = *rc::gen::arbitrary<bool>() ? near(now) : some_wall_time();
  source.leaf.not_after = *rc::gen::arbitrary<bool>() ? near(now) : some_wall_time();
  source.leaf.dns_names = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a.example", "*.example", "B.example", "", "*."));
  for (auto count = *rc::gen::inRange(0, 3); count > 0; --count) {
    source.signatures.push_back({"CN=Inter", "any", *rc::gen::element(0, 63, 112, 112, 128, 256)});
  }
  source.issued_as_required = *rc::gen::inRange(0, 8) != 0;
  source.key = some_key();
  source.usage = some_usage();
  source.has_key = *rc::gen::arbitrary<bool>();
  source.key_matches = *rc::gen::arbitrary<bool>();
  if (*rc::gen::inRange(0, 4) == 0) source.missing_issuer = "CN=Inter";
  return source;
}

v1::Require some_require() {
  v1::Require require;
  require.dns_names = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a.example", "b.example", "*.example", ""));
  require.valid_for = std::chrono::seconds(
      *rc::gen::element<std::int64_t>(0, 1, 3600, std::numeric_limits<std::int64_t>::max()));
  require.key_types = *rc::gen::element<std::set<v1::KeyType>>(
      v1::Require{}.key_types, std::set{v1::KeyType::rsa}, std::set<v1::KeyType>{});
  require.usage = *rc::gen::element(v1::Usage::server, v1::Usage::any);
  require.min_rsa_bits = *rc::gen::element(1024, 2048, 16384);
  return require;
}

v1::Target some_target() {
  return *rc::gen::arbitrary<bool>() ? test::tls_target()
                                     : test::generic_target({{"ca.pem", v1::Part::chain}});
}

Fingerprint some_fingerprint() {
  return {static_cast<std::uint8_t>(*rc::gen::inRange(0, 2))};
}

TargetState some_state() {
  if (*rc::gen::inRange(0, 4) == 0) return TargetAbsent{};
  TargetPresent present;
  present.format = *rc::gen::element<std::string>("tls", "generic", "ssh_auth", "");
  present.entity_tag = *rc::gen::arbitrary<std::string>();
  if (*rc::gen::inRange(0, 4) != 0) present.content = some_fingerprint();
  return present;
}

bool same(const Plan& a, const Plan& b) {
  return a.reason == b.reason && a.message == b.message && a.if_match == b.if_match;
}

}  // namespace

TEST_CASE("a source is judged totally, deterministically and without writing") {
  rc::prop("an objection always holds; the same question has the same answer", [] {
    const WallTime now = some_wall_time();
    const auto source = some_source(now);
    const auto require = some_require();
    const auto target = some_target();
    const auto plan = objection_to_source(target, require, source, now);
    const auto again = objection_to_source(target, require, source, now);
    RC_ASSERT(plan.has_value() == again.has_value());
    if (plan) {
      RC_ASSERT(plan->action() == Action::hold);
      RC_ASSERT(plan->if_match.empty());
      RC_ASSERT(same(*plan, *again));
    }
  });
  rc::prop("what passes is valid now, long enough, whole, and covers every name", [] {
    const WallTime now = some_wall_time();
    const auto source = some_source(now);
    const auto require = some_require();
    if (objection_to_source(test::tls_target(), require, source, now)) return;
    const auto& readable = std::get<SourceReadable>(source);
    RC_ASSERT(readable.has_key && readable.key_matches && readable.missing_issuer.empty());
    RC_ASSERT(readable.leaf.not_before <= now + kClockSkew && now <= readable.leaf.not_after);
    RC_ASSERT(readable.leaf.not_after - now >= require.valid_for);
    for (const auto& signature : readable.signatures) RC_ASSERT(signature.strength >= 112);
    RC_ASSERT(readable.issued_as_required);
    if (require.usage == v1::Usage::server) {
      RC_ASSERT(readable.usage.may_serve && !readable.usage.is_authority);
      RC_ASSERT(readable.usage.extensions_understood);
    }
    RC_ASSERT(readable.key.type && require.key_types.count(*readable.key.type) == 1);
    RC_ASSERT(readable.key.type != v1::KeyType::rsa || readable.key.bits >= require.min_rsa_bits);
  });
  rc::prop("an objection stays when the mapping requires more", [] {
    const WallTime now = some_wall_time();
    const auto source = some_source(now);
    v1::Require require = some_require();
    require.min_rsa_bits = std::max(require.min_rsa_bits, v1::Require{}.min_rsa_bits);
    require.usage = v1::Usage::server;
    const bool before = objection_to_source(some_target(), {}, source, now).has_value();
    if (before) RC_ASSERT(objection_to_source(test::tls_target(), require, source, now));
  });
}

TEST_CASE("a target is compared totally and deterministically") {
  rc::prop("equal content never writes, a write names its tag, a hold has none", [] {
    const auto target = some_target();
    const auto state = some_state();
    const auto desired = some_fingerprint();
    const Plan plan = compare(target, state, desired);
    RC_ASSERT(same(plan, compare(target, state, desired)));
    const auto* present = std::get_if<TargetPresent>(&state);
    if (present && present->content == desired) {
      RC_ASSERT(plan.action() == Action::nothing || plan.action() == Action::hold);
    }
    RC_ASSERT((plan.action() == Action::create) == (present == nullptr));
    if (plan.action() == Action::replace) {
      RC_ASSERT(plan.if_match == present->entity_tag);
      RC_ASSERT(present->content.has_value());
    } else {
      RC_ASSERT(plan.if_match.empty());
    }
  });
}

}  // namespace certloop

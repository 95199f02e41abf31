#include "controller/core/decide.h"

#include <functional>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::generic_target;
using test::tls_target;

constexpr WallTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 8 / 1};
constexpr Fingerprint kDesired{1, 2, 3};
constexpr Fingerprint kOther{3, 2, 1};

// A source that every rule accepts; a case changes what it is about.
SourceReadable good_source() {
  SourceReadable source;
  source.leaf.subject = "CN=pay.example.com";
  source.leaf.not_before = kNow - 24h;
  source.leaf.not_after = kNow + 24h;
  source.leaf.dns_names = {"pay.example.com", "*.shop.example.com"};
  source.key = {v1::KeyType::ecdsa, "ECDSA on P-256", 256};
  source.signatures = {{"CN=pay.example.com", "sha256WithRSAEncryption", 128}};
  source.has_key = true;
  source.key_matches = true;
  return source;
}

SourceState changed(const std::function<void(SourceReadable&)>& change) {
  SourceReadable source = good_source();
  change(source);
  return source;
}

std::optional<Reason> objection(const SourceState& source, const v1::Require& require = {},
                                const v1::Target& target = tls_target()) {
  const auto plan = objection_to_source(target, require, source, kNow);
  if (!plan) return {};
  CHECK(plan->action() == Action::hold);
  CHECK(plan->if_match.empty());
  CHECK_FALSE(plan->message.empty());
  return plan->reason;
}

v1::Require requiring(std::vector<std::string> names, std::chrono::seconds valid_for = 0s) {
  v1::Require require;
  require.dns_names = std::move(names);
  require.valid_for = valid_for;
  return require;
}

}  // namespace

TEST_CASE("each rule objects to its own fault, at its exact boundary") {
  struct Case {
    const char* fact;
    SourceState source;
    v1::Require require;
    std::optional<Reason> reason;
  };
  const auto with = changed;
  const std::vector<Case> cases = {
      {"a good certificate passes", good_source(), {}, {}},
      {"a missing secret is held", SourceMissing{}, {}, Reason::source_missing},
      {"an unreadable secret is held", SourceUnreadable{"gone"}, {}, Reason::source_unreadable},
      {"a missing key is held",
       with([](auto& s) { s.has_key = s.key_matches = false; }),
       {},
       Reason::key_missing},
      {"a foreign key is held",
       with([](auto& s) { s.key_matches = false; }),
       {},
       Reason::key_mismatch},
      {"a chain gap is held",
       with([](auto& s) { s.missing_issuer = "CN=Inter"; }),
       {},
       Reason::chain_gap},
      {"an issuer that the mapping does not name is held",
       with([](auto& s) { s.issued_as_required = false; }),
       {},
       Reason::issuer_not_allowed},
      {"a signature of 112 bits passes",
       with([](auto& s) { s.signatures[0].strength = 112; }),
       {},
       {}},
      {"a signature of 111 bits is held",
       with([](auto& s) { s.signatures[0].strength = 111; }),
       {},
       Reason::weak_signature},
      {"a weak signature in the chain is held, whatever the usage",
       with([](auto& s) {
         s.signatures.push_back({"CN=Inter", "sha1WithRSAEncryption", 63});
       }),
       {.usage = v1::Usage::any},
       Reason::weak_signature},
      {"a signature that nobody knows is held",
       with([](auto& s) {
         s.signatures[0] = {"CN=a", "undefined", 0};
       }),
       {},
       Reason::weak_signature},
      {"a self-signed certificate has no signature to judge",
       with([](auto& s) { s.signatures.clear(); }),
       {},
       {}},
      {"a type of key without a word is held",
       with([](auto& s) {
         s.key = {{}, "DSA", 4096};
       }),
       {},
       Reason::key_not_allowed},
      {"a type of key that the mapping does not allow is held",
       good_source(),
       {.key_types = {v1::KeyType::rsa}},
       Reason::key_not_allowed},
      {"RSA of 2048 bits passes",
       with([](auto& s) {
         s.key = {v1::KeyType::rsa, "RSA", 2048};
       }),
       {},
       {}},
      {"RSA of 2047 bits is held",
       with([](auto& s) {
         s.key = {v1::KeyType::rsa, "RSA", 2047};
       }),
       {},
       Reason::key_too_small},
      {"RSA of as many bits as the mapping wants passes",
       with([](auto& s) {
         s.key = {v1::KeyType::rsa, "RSA", 1024};
       }),
       {.min_rsa_bits = 1024},
       {}},
      {"RSA of fewer bits than the mapping wants is held",
       with([](auto& s) {
         s.key = {v1::KeyType::rsa, "RSA", 4095};
       }),
       {.min_rsa_bits = 4096},
       Reason::key_too_small},
      {"ECDSA of 255 bits is held, whatever is wanted of RSA",
       with([](auto& s) { s.key.bits = 255; }),
       {.min_rsa_bits = 1024},
       Reason::key_too_small},
      {"Ed25519 passes, whatever is wanted of RSA",
       with([](auto& s) {
         s.key = {v1::KeyType::ed25519, "Ed25519", 253};
       }),
       {.min_rsa_bits = 16384},
       {}},
      {"a CA's certificate is held",
       with([](auto& s) { s.usage.is_authority = true; }),
       {},
       Reason::not_for_servers},
      {"a key that may not sign is held",
       with([](auto& s) { s.usage.may_sign = false; }),
       {},
       Reason::not_for_servers},
      {"an RSA key that may only encipher passes",
       with([](auto& s) {
         s.key = {v1::KeyType::rsa, "RSA", 2048};
         s.usage.may_sign = false;
       }),
       {},
       {}},
      {"an RSA key that may do neither is held",
       with([](auto& s) {
         s.key = {v1::KeyType::rsa, "RSA", 2048};
         s.usage.may_sign = s.usage.may_encipher = false;
       }),
       {},
       Reason::not_for_servers},
      {"a client's certificate is held",
       with([](auto& s) { s.usage.may_serve = false; }),
       {},
       Reason::not_for_servers},
      {"extensions that are not understood are held",
       with([](auto& s) { s.usage.extensions_understood = false; }),
       {},
       Reason::not_for_servers},
      {"where the mapping does not ask for the usage, all of that passes",
       with([](auto& s) {
         s.usage = {true, false, false, false, false};
       }),
       {.usage = v1::Usage::any},
       {}},
      {"valid from now on is valid", with([](auto& s) { s.leaf.not_before = kNow; }), {}, {}},
      {"valid from 60 seconds ahead on is valid, as clocks differ",
       with([](auto& s) { s.leaf.not_before = kNow + 60s; }),
       {},
       {}},
      {"valid from 61 seconds ahead on is held",
       with([](auto& s) { s.leaf.not_before = kNow + 61s; }),
       {},
       Reason::not_yet_valid},
      {"the last second of validity is valid",
       with([](auto& s) { s.leaf.not_after = kNow; }),
       {},
       {}},
      {"one second after it is held",
       with([](auto& s) { s.leaf.not_after = kNow - 1s; }),
       {},
       Reason::expired},
      {"validFor that is exactly met passes", good_source(), requiring({}, 24h), {}},
      {"validFor that lacks a second is held", good_source(), requiring({}, 24h + 1s),
       Reason::validity_too_short},
      {"the longest validFor there can be is held", good_source(),
       requiring({}, std::chrono::seconds::max()), Reason::validity_too_short},
      {"required names that are covered pass",
       good_source(),
       requiring({"PAY.example.com", "a.shop.example.com"}),
       {}},
      {"one required name that is not covered is held", good_source(),
       requiring({"pay.example.com", "www.example.com"}), Reason::name_not_covered},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      CHECK(objection(c.source, c.require) == c.reason);
    }
  }
}

TEST_CASE("of several faults the first of the policy is told") {
  // Everything is wrong at once; mending the told fault reveals the next one.
  SourceReadable source = good_source();
  source.has_key = source.key_matches = false;
  source.missing_issuer = "CN=Inter";
  source.issued_as_required = false;
  source.signatures[0].strength = 63;
  source.key = {{}, "DSA", 1024};
  source.usage.is_authority = true;
  source.leaf.not_before = kNow + 1h;
  source.leaf.not_after = kNow - 1h;
  const v1::Require require = requiring({"elsewhere.example.com"}, 48h);

  CHECK(objection(source, require) == Reason::key_missing);
  source.has_key = true;
  CHECK(objection(source, require) == Reason::key_mismatch);
  source.key_matches = true;
  CHECK(objection(source, require) == Reason::chain_gap);
  source.missing_issuer.clear();
  CHECK(objection(source, require) == Reason::issuer_not_allowed);
  source.issued_as_required = true;
  CHECK(objection(source, require) == Reason::weak_signature);
  source.signatures.clear();
  CHECK(objection(source, require) == Reason::key_not_allowed);
  source.key = {v1::KeyType::rsa, "RSA", 1024};
  CHECK(objection(source, require) == Reason::key_too_small);
  source.key.bits = 2048;
  CHECK(objection(source, require) == Reason::not_for_servers);
  source.usage = {};
  CHECK(objection(source, require) == Reason::not_yet_valid);
  source.leaf.not_before = kNow - 2h;
  CHECK(objection(source, require) == Reason::expired);
  source.leaf.not_after = kNow + 1h;
  CHECK(objection(source, require) == Reason::validity_too_short);
  source.leaf.not_after = kNow + 48h;
  CHECK(objection(source, require) == Reason::name_not_covered);
  source.leaf.dns_names.push_back("elsewhere.example.com");
  CHECK(objection(source, require) == std::nullopt);
}

TEST_CASE("a target that holds no key needs none") {
  const auto keyless = changed([](auto& s) { s.has_key = s.key_matches = false; });
  const auto without_key = generic_target({{"ca.pem", v1::Part::chain}});
  const auto with_key = generic_target({{"key.pem", v1::Part::private_key}});

  CHECK(objection(keyless, {}, without_key) == std::nullopt);
  CHECK(objection(keyless, {}, with_key) == Reason::key_missing);
  CHECK(objection(keyless, {}, tls_target()) == Reason::key_missing);
}

TEST_CASE("a key that does not fit is held even where no key is written") {
  // Which certificate is the right one is then unknown: neither half is to be trusted.
  const auto foreign = changed([](auto& s) { s.key_matches = false; });
  CHECK(objection(foreign, {}, generic_target({{"ca.pem", v1::Part::chain}})) ==
        Reason::key_mismatch);
}

TEST_CASE("an objection names what the operator must find") {
  const auto message = [](const SourceState& source, const v1::Require& require = {}) {
    return objection_to_source(tls_target(), require, source, kNow)->message;
  };
  CHECK(message(SourceUnreadable{"the secret is destroyed"}) == "the secret is destroyed");
  CHECK(
      message(changed([](auto& s) { s.missing_issuer = "CN=Inter"; })) ==
      "the certificates do not link up: the chain ends where CN=Inter is wanted, and not all that "
      "was given belongs to it");
  CHECK(message(changed([](auto& s) {
          s.key = {{}, "DSA", 1024};
        })) ==
        "the certificate's key is DSA with 1024 bits, and the mapping allows rsa, ecdsa, ed25519");
  CHECK(message(changed([](auto& s) {
          s.key = {v1::KeyType::rsa, "RSA", 1024};
        })) == "the certificate's key is RSA with 1024 bits, and at least 2048 are required");
  CHECK(message(changed([](auto& s) { s.leaf.not_after = kNow - 1s; })) ==
        "the certificate expired on 2026-07-31T23:59:59Z");
  CHECK(message(good_source(), requiring({"www.example.com"})) ==
        "the certificate does not cover www.example.com");
}

TEST_CASE("an issuer that the mapping does not name is told") {
  const auto message = [](const char* issuer, const char* top) {
    const auto source = changed([&](auto& s) {
      s.issued_as_required = false;
      s.issuer = issuer;
      s.top_issuer = top;
    });
    return objection_to_source(tls_target(), {}, source, kNow)->message;
  };
  CHECK(message("CN=Inter", "CN=Root") ==
        "the certificate was issued by CN=Inter under CN=Root, which leads to no CA of "
        "`require.issuedBy`");
  CHECK(message("CN=Root", "CN=Root") ==
        "the certificate was issued by CN=Root, which leads to no CA of `require.issuedBy`");
}

TEST_CASE("a weak signature is told with its owner and its algorithm") {
  const auto message = [](const SignatureFacts& signature) {
    const auto source = changed([&](auto& s) { s.signatures.push_back(signature); });
    return objection_to_source(tls_target(), {}, source, kNow)->message;
  };
  CHECK(message({"CN=Inter", "ecdsa-with-SHA1", 63}) ==
        "CN=Inter is signed with ecdsa-with-SHA1, which can be forged");
  CHECK(message({"CN=Inter", "undefined", 0}) ==
        "CN=Inter is signed with undefined, whose strength is not known");
}

TEST_CASE("a target is compared by presence, format, visibility and content, in this order") {
  struct Case {
    const char* fact;
    TargetState target;
    Reason reason;
    std::string if_match;
  };
  const std::vector<Case> cases = {
      {"an absent one is created", TargetAbsent{}, Reason::target_missing, ""},
      {"an equal one stays", TargetPresent{"tls", "7", kDesired}, Reason::in_sync, ""},
      {"a different one is replaced, on the tag that was read", TargetPresent{"tls", "7", kOther},
       Reason::content_differs, "7"},
      {"one of another format is held", TargetPresent{"generic", "7", kDesired},
       Reason::target_other_format, ""},
      {"one of a format nobody knows is held", TargetPresent{"ssh_auth", "7", {}},
       Reason::target_other_format, ""},
      {"one that hides its content is held", TargetPresent{"tls", "7", {}}, Reason::target_hidden,
       ""},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      const Plan plan = compare(tls_target(), c.target, kDesired);
      CHECK(plan.reason == c.reason);
      CHECK(plan.if_match == c.if_match);
      CHECK(plan.message.empty() == (c.reason == Reason::in_sync));
    }
  }
}

TEST_CASE("what is in place is not replaced by an older one for the same names") {
  const auto leaf = [](std::vector<std::string> names, WallTime not_after) {
    LeafFacts facts;
    facts.dns_names = std::move(names);
    facts.not_after = not_after;
    return facts;
  };
  const LeafFacts next = leaf({"a.example", "b.example"}, kNow + 30 * 24h);
  const LeafFacts later = leaf({"b.example", "a.example", "a.example"}, kNow + 31 * 24h);
  struct Case {
    const char* fact;
    std::optional<LeafFacts> in_place;
    bool allowed = false;
    Reason reason;
  };
  const auto replaced = Reason::content_differs;
  const std::vector<Case> cases = {
      {"it ends later: held", later, false, Reason::older_than_in_place},
      {"a second is enough", leaf(next.dns_names, next.not_after + 1s), false,
       Reason::older_than_in_place},
      {"the mapping allows it", later, true, replaced},
      {"it ends at the same time", leaf(next.dns_names, next.not_after), false, replaced},
      {"it ends earlier", leaf(next.dns_names, next.not_after - 1s), false, replaced},
      {"it has a name less", leaf({"a.example"}, later.not_after), false, replaced},
      {"it has a name more", leaf({"a.example", "b.example", "c.example"}, later.not_after), false,
       replaced},
      {"there is no whole pair in place", {}, false, replaced},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      v1::Require require;
      require.allow_older = c.allowed;
      const Plan plan = not_backwards({replaced, "differs", "7"}, require, next, c.in_place);
      CHECK(plan.reason == c.reason);
      CHECK(plan.if_match == (c.reason == replaced ? "7" : ""));
    }
  }
  CHECK(not_backwards({Reason::in_sync, "", ""}, {}, next, later).reason == Reason::in_sync);
  CHECK(not_backwards({Reason::target_missing, "", ""}, {}, next, later).reason ==
        Reason::target_missing);
  CHECK(not_backwards({replaced, "differs", "7"}, {}, next, later).message ==
        "the certificate expires on 2026-08-31T00:00:00Z, the one in place, for the same names, on "
        "2026-09-01T00:00:00Z");
}

TEST_CASE("a foreign format reaches the message printable and short") {
  const TargetPresent present{"\x1b[31m" + std::string(500, 'x'), "7", {}};
  const std::string message = compare(tls_target(), present, kDesired).message;
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.size() < 120);
}

TEST_CASE("sample defect 7: a pair that does not match and a dead certificate are held") {
  CHECK(objection(changed([](auto& s) { s.key_matches = false; })) == Reason::key_mismatch);
  CHECK(objection(changed([](auto& s) { s.missing_issuer = "CN=X"; })) == Reason::chain_gap);
  CHECK(objection(changed([](auto& s) { s.leaf.not_after = kNow - 1s; })) == Reason::expired);
}

TEST_CASE("sample defect 8: a certificate without a key is held where a key is written") {
  CHECK(objection(changed([](auto& s) { s.has_key = s.key_matches = false; })) ==
        Reason::key_missing);
}

}  // namespace certloop

#include "tests/unit/tls/gate_cases.h"

namespace certloop::tls {
namespace {

using namespace std::chrono_literals;

SourcePayload valid(WallTime from, WallTime until) {
  static const auto* root = new Authority(Authority::self_signed({.name = "Root"}));
  const auto leaf =
      root->issue({.dns_names = {"a.example"}, .not_before = from, .not_after = until});
  return payload(leaf.certificate(), {root->certificate()}, leaf.private_key());
}

TEST_CASE("a certificate passes by its dates, to the second") {
  const auto day = kNow + 24h;
  const GateCase cases[] = {
      {"valid from now on", valid(kNow, day)},
      {"valid from 60 s ahead on: our clock may be slow", valid(kNow + 60s, day)},
      {"valid from 61 s ahead on",
       valid(kNow + 61s, day),
       Reason::not_yet_valid,
       {},
       "the certificate is valid from 2026-08-01T00:01:01Z on"},
      {"the last second", valid(kNow - 24h, kNow)},
      {"one second after it",
       valid(kNow - 24h, kNow - 1s),
       Reason::expired,
       {},
       "the certificate expired on 2026-07-31T23:59:59Z"},
      {"as long as the mapping wants", valid(kNow, day), {}, {.valid_for = 24h}},
      {"a second less", valid(kNow, day - 1s), Reason::validity_too_short, {.valid_for = 24h}},
  };
  for (const auto& one : cases) expect(one);
}

}  // namespace
}  // namespace certloop::tls

#include "tests/unit/tls/gate_cases.h"

namespace certloop::tls {
namespace {

SourcePayload named(test_pki::Request request) {
  static const auto* root = new Authority(Authority::self_signed({.name = "Root"}));
  const auto leaf = root->issue(request);
  return payload(leaf.certificate(), {root->certificate()}, leaf.private_key());
}

SourcePayload for_names(Texts names) {
  return named({.dns_names = std::move(names)});
}

v1::Require wanted(Texts names) {
  return {.dns_names = std::move(names)};
}

constexpr Reason kHeld = Reason::name_not_covered;

TEST_CASE("a certificate passes by the names that the mapping wants") {
  const std::string nul(1, '\0');
  const GateCase cases[] = {
      {"nothing is wanted", for_names({"a.example.com"})},
      {"nothing is wanted of one without names", named({.ip_addresses = {"127.0.0.1"}})},
      {"the name", for_names({"a.example.com"}), {}, wanted({"a.example.com"})},
      {"the name in another case", for_names({"A.Example.COM"}), {}, wanted({"a.example.com"})},
      {"all of several",
       for_names({"a.example.com", "b.example.com"}),
       {},
       wanted({"b.example.com", "a.example.com"})},
      {"all but one", for_names({"a.example.com", "b.example.com"}), kHeld,
       wanted({"a.example.com", "c.example.com"}), "does not cover c.example.com"},
      {"a wildcard covers a label", for_names({"*.example.com"}), {}, wanted({"a.example.com"})},
      {"a wildcard covers no two labels", for_names({"*.example.com"}), kHeld,
       wanted({"a.b.example.com"})},
      {"a wildcard does not cover its parent", for_names({"*.example.com"}), kHeld,
       wanted({"example.com"})},
      {"a wildcard within a label is none", for_names({"a*.example.com"}), kHeld,
       wanted({"ab.example.com"})},
      {"a wildcard over a top-level domain is none", for_names({"*.com"}), kHeld,
       wanted({"example.com"})},
      {"a wanted wildcard wants the same one",
       for_names({"*.example.com"}),
       {},
       wanted({"*.example.com"})},
      {"a wanted wildcard wants more than a name", for_names({"a.example.com"}), kHeld,
       wanted({"*.example.com"})},
      {"IDN: the A-label",
       for_names({"xn--bcher-kva.example"}),
       {},
       wanted({"xn--bcher-kva.example"})},
      {"IDN: a wildcard covers an A-label",
       for_names({"*.example.com"}),
       {},
       wanted({"xn--bcher-kva.example.com"})},
      {"IDN: a U-label is no name",
       for_names({"b\xc3\xbc"
                  "cher.example"}),
       kHeld, wanted({"xn--bcher-kva.example"})},
      {"the common name, without any SAN",
       named({.name = "a.example.com"}),
       {},
       wanted({"a.example.com"})},
      {"the common name beside a SAN is none",
       named({.name = "a.example.com", .dns_names = {"b.example.com"}}), kHeld,
       wanted({"a.example.com"})},
      {"the common name beside addresses is none",
       named({.name = "a.example.com", .ip_addresses = {"127.0.0.1"}}), kHeld,
       wanted({"a.example.com"})},
      {"addresses cover no name", named({.ip_addresses = {"127.0.0.1", "::1"}}), kHeld,
       wanted({"a.example.com"})},
      {"a name with a NUL is no name", for_names({"a.example.com" + nul + ".evil.example"}), kHeld,
       wanted({"a.example.com"})},
  };
  for (const auto& one : cases) expect(one);
}

}  // namespace
}  // namespace certloop::tls

#include "tests/unit/tls/gate_cases.h"

namespace certloop::tls {
namespace {

const Authority& root() {
  static const auto* root = new Authority(Authority::self_signed({.name = "Root"}));
  return *root;
}

SourcePayload leaf_with(test_pki::Request request) {
  request.dns_names = {"a.example"};
  if (request.key_kind == KeyKind::rsa_2048) request.key = rsa_keys().at(0);
  const auto leaf = root().issue(request);
  return payload(leaf.certificate(), {root().certificate()}, leaf.private_key());
}

SourcePayload self_signed(test_pki::Request request) {
  request.dns_names = {"a.example"};
  const auto leaf = Leaf::self_signed(request);
  return payload(leaf.certificate(), {}, leaf.private_key());
}

constexpr Reason kHeld = Reason::not_for_servers;

TEST_CASE("a certificate passes when it is fit for a server") {
  const GateCase cases[] = {
      {"no extension forbids anything",
       leaf_with({.basic_constraints = "", .extended_key_usage = ""})},
      {"as public authorities make them",
       leaf_with({.key_usage = "critical,digitalSignature", .extended_key_usage = "serverAuth"})},
      {"any extended key usage", leaf_with({.extended_key_usage = "anyExtendedKeyUsage"})},
      {"for clients, too", leaf_with({.extended_key_usage = "clientAuth,serverAuth"})},
      {"RSA that may only encipher",
       leaf_with({.key_kind = KeyKind::rsa_2048, .key_usage = "keyEncipherment"})},
      {"self-signed, no CA", self_signed({})},
      {"for clients alone",
       leaf_with({.extended_key_usage = "clientAuth"}),
       kHeld,
       {},
       "its extendedKeyUsage lacks serverAuth"},
      {"for signing code", leaf_with({.extended_key_usage = "codeSigning"}), kHeld},
      {"ECDSA that may only agree on keys",
       leaf_with({.key_usage = "keyAgreement"}),
       kHeld,
       {},
       "its keyUsage lacks digitalSignature"},
      {"ECDSA that may only encipher", leaf_with({.key_usage = "keyEncipherment"}), kHeld},
      {"RSA that may only sign other certificates",
       leaf_with({.key_kind = KeyKind::rsa_2048, .key_usage = "keyCertSign"}), kHeld},
      {"RSA that may only repudiate nothing",
       leaf_with({.key_kind = KeyKind::rsa_2048, .key_usage = "nonRepudiation"}), kHeld},
      {"a CA's",
       leaf_with({.basic_constraints = "critical,CA:TRUE"}),
       kHeld,
       {},
       "is a CA's (basicConstraints says CA:TRUE)"},
      {"self-signed and a CA's, as openssl req -x509 makes them",
       self_signed({.basic_constraints = "critical,CA:TRUE"}),
       kHeld,
       {},
       "is a CA's"},
      {"a critical extension that nobody knows",
       leaf_with({.has_unknown_critical = true}),
       kHeld,
       {},
       "critical and unknown"},
      {"an extension that is damaged",
       leaf_with({.basic_constraints = "critical,DER:0500"}),
       kHeld,
       {},
       "damaged"},
  };
  for (const auto& one : cases) expect(one);
}

TEST_CASE("where the mapping does not ask for it, the usage holds nothing") {
  const v1::Require any{.usage = v1::Usage::any};
  const GateCase cases[] = {
      {"for clients alone", leaf_with({.extended_key_usage = "clientAuth"}), {}, any},
      {"a key that may not sign", leaf_with({.key_usage = "keyAgreement"}), {}, any},
      {"a CA's", leaf_with({.basic_constraints = "critical,CA:TRUE"}), {}, any},
      {"an unknown critical extension", leaf_with({.has_unknown_critical = true}), {}, any},
  };
  for (const auto& one : cases) expect(one);
}

}  // namespace
}  // namespace certloop::tls

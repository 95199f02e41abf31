#pragma once
#include <string>
#include <vector>

#include "controller/tls/bundle.h"
#include "tests/support/catch.h"
#include "tests/support/pki.h"

namespace certloop::tls {

using test_pki::Authority;
using test_pki::Key;
using test_pki::KeyForm;
using test_pki::KeyKind;
using test_pki::Leaf;

using Texts = std::vector<std::string>;

inline std::string joined(const Texts& texts) {
  std::string all;
  for (const auto& text : texts) all += text;
  return all;
}

// RSA keys are slow to make: one set for the process, never torn down.
inline test_pki::RsaKeys& rsa_keys() {
  static auto* keys = new test_pki::RsaKeys;
  return *keys;
}

// root -> outer -> inner -> leaf, with keys of one kind. RSA keys are dear: there only the outer
// authority and the leaf have one, as real chains mix kinds, too.
struct World {
  explicit World(KeyKind the_kind = KeyKind::ec_p256) : kind(the_kind) {}

  KeyKind kind;
  Key key(std::size_t index) const {
    if (kind != KeyKind::rsa_2048) return Key::make(kind);
    return index % 2 == 1 ? rsa_keys().at(index / 2) : Key::make();
  }
  Authority root = Authority::self_signed({.name = "Root", .key = key(0)});
  Authority outer =
      root.issue_authority({.name = "Outer", .organization = "Example", .key = key(1)});
  Authority inner = outer.issue_authority({.name = "Inner", .key = key(2)});
  Leaf leaf = inner.issue({.dns_names = {"a.example"}, .key = key(3)});
};

inline SourcePayload payload(std::string certificate, Texts issuers = {},
                             const std::string& private_key = {}) {
  return {.certificate = std::move(certificate),
          .issuers = std::move(issuers),
          .private_key = SecretBytes(std::string_view(private_key))};
}

// Inspects what the test expects to be readable.
inline Bundle bundle_of(const SourcePayload& source) {
  auto bundle = inspect(source);
  INFO((bundle ? std::string() : bundle.error().message));
  REQUIRE(bundle);
  return std::move(*bundle);
}

}  // namespace certloop::tls

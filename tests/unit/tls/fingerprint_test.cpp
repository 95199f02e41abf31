#include <openssl/ec.h>
#include <openssl/pem.h>

#include "tests/unit/tls/support.h"

namespace certloop::tls {
namespace {

std::optional<Fingerprint> print_of(const std::string& text) {
  return fingerprint(SecretBytes(std::string_view(text)));
}

std::string with_crlf(const std::string& text) {
  std::string all;
  for (const char c : text) all += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return all;
}

TEST_CASE("the way a text is written does not show in its fingerprint") {
  const auto kind = GENERATE(KeyKind::ec_p256, KeyKind::rsa_2048, KeyKind::ed25519);
  const World world(kind);
  const auto texts = {world.leaf.certificate(), world.leaf.private_key(),
                      world.leaf.certificate() + world.inner.certificate(),
                      world.leaf.certificate() + world.leaf.private_key()};
  for (const auto& text : texts) {
    const auto canonical = print_of(text);
    REQUIRE(canonical);
    CHECK(print_of(text) == canonical);
    CHECK(print_of(with_crlf(text)) == canonical);
    CHECK(print_of(text.substr(0, text.size() - 1)) == canonical);
    CHECK(print_of("\n " + text + "\t\r\n") == canonical);
  }
}

TEST_CASE("the container of a key does not show in its fingerprint") {
  const Key rsa = rsa_keys().at(0);
  const Key ec = Key::make();
  CHECK(print_of(rsa.pem()) == print_of(rsa.pem(KeyForm::traditional)));
  CHECK(print_of(ec.pem()) == print_of(ec.pem(KeyForm::traditional)));
  CHECK(print_of(ec.pem()).has_value());
  CHECK(print_of(rsa.pem()) != print_of(ec.pem()));
}

// Java leaves the public half out, some tools compress it; openssl writes the parameters before it.
TEST_CASE("the public half in an EC key's container does not show in its fingerprint") {
  const Key ec = Key::make();
  const auto expected = print_of(ec.pem());
  EVP_PKEY_set_utf8_string_param(ec.handle(), "point-format", "compressed");
  const auto compressed = ec.pem(KeyForm::traditional);
  EVP_PKEY_set_int_param(ec.handle(), "include-public", 0);
  const auto without = ec.pem(KeyForm::traditional);
  REQUIRE(without.size() < compressed.size());
  REQUIRE(compressed.size() < Key::make().pem(KeyForm::traditional).size());
  CHECK(print_of(compressed) == expected);
  CHECK(print_of(without) == expected);
  CHECK(print_of(ec.pem()) == expected);  // PKCS#8 without it, as Java writes
  CHECK(print_of("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" +
                 without) == expected);
}

TEST_CASE("another content has another fingerprint") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto inner = world.inner.certificate();
  const auto key = world.leaf.private_key();
  const Texts different{leaf,         inner,
                        key,          world.inner.private_key(),
                        leaf + inner, inner + leaf,
                        leaf + leaf,  leaf + key,
                        key + leaf,   test_pki::with_damaged_signature(leaf)};
  for (std::size_t i = 0; i < different.size(); ++i) {
    REQUIRE(print_of(different[i]));
    for (std::size_t j = 0; j < i; ++j) {
      INFO(i << " and " << j);
      CHECK(print_of(different[i]) != print_of(different[j]));
    }
  }
}

TEST_CASE("what is not PEM through and through has no fingerprint") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto key = world.leaf.private_key();
  std::string many;
  for (int i = 0; i < 65; ++i) many += leaf;
  struct Case {
    const char* name;
    std::string text;
  };
  const Case cases[] = {
      {"empty", ""},
      {"whitespace", " \n"},
      {"words", "hello"},
      {"a comment before", "subject=x\n" + leaf},
      {"a comment behind", leaf + "x"},
      {"a comment between", leaf + "x\n" + key},
      {"cut off", leaf.substr(0, leaf.size() / 2)},
      {"a block that is no certificate",
       "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
      {"a key that is none", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
      {"an unknown kind", leaf + "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"},
      {"parameters alone", "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n"},
      {"an encrypted key", world.leaf.key().encrypted_pem()},
      {"an encrypted traditional key", world.leaf.key().encrypted_pem(KeyForm::traditional)},
      {"a NUL byte", leaf + std::string(1, '\0')},
      {"too large", leaf + std::string(kMaxPemBytes, '\n')},
      {"too many blocks", many},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    CHECK_FALSE(print_of(one.text));
  }
}

TEST_CASE("what was read and written again has the fingerprint of what was read") {
  const auto kind = GENERATE(KeyKind::ec_p256, KeyKind::rsa_2048, KeyKind::ed25519);
  const World world(kind);
  const auto leaf = world.leaf.certificate();
  const auto inner = world.inner.certificate();
  const auto bundle =
      bundle_of(payload(with_crlf(leaf), {with_crlf(inner)}, with_crlf(world.leaf.private_key())));
  CHECK(fingerprint(bundle.part(v1::Part::fullchain)) == print_of(leaf + inner));
  CHECK(fingerprint(bundle.part(v1::Part::private_key)) == print_of(world.leaf.private_key()));
}

using Parts = std::vector<std::pair<std::string, std::optional<Fingerprint>>>;

Fingerprint over(const Parts& parts) {
  FingerprintOf all;
  for (const auto& [name, part] : parts) all.add(name, part);
  return all.finish();
}

TEST_CASE("a fingerprint over several tells names, contents, order and absence apart") {
  const Fingerprint one{1};
  const Fingerprint two{2};
  const Fingerprint zero{};
  const std::optional<Fingerprint> absent;
  const Parts different[] = {
      {},
      {{"a", one}},
      {{"a", two}},
      {{"b", one}},
      {{"a", absent}},
      {{"a", zero}},
      {{"", one}},
      {{"", absent}},
      {{"a", one}, {"b", two}},
      {{"a", two}, {"b", one}},
      {{"b", two}, {"a", one}},
      {{"ab", one}, {"", two}},
      {{"a", one}, {"b", absent}},
      {{"a", absent}, {"b", one}},
      {{"a", absent}, {"b", absent}},
      {{"ab", absent}},
      {{"aA", absent}},
  };
  for (const auto& left : different) {
    CHECK(over(left) == over(left));
    for (const auto& right : different) {
      if (&left != &right) CHECK(over(left) != over(right));
    }
  }
}

}  // namespace
}  // namespace certloop::tls

#include "tests/unit/tls/support.h"

namespace certloop::tls {
namespace {

std::string with_crlf(const std::string& text) {
  std::string all;
  for (const char c : text) all += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return all;
}

std::string relabelled(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

constexpr const char* kEcParameters =
    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

TEST_CASE("a key in any container fits its certificate and keeps the container") {
  const World ec;
  const World rsa(KeyKind::rsa_2048);
  const World ed(KeyKind::ed25519);
  struct Case {
    const char* name;
    const Leaf& leaf;
    std::string text;
    std::string expected;
  };
  const auto& ec_key = ec.leaf.key();
  const auto sec1 = ec_key.pem(KeyForm::traditional);
  const auto pkcs1 = rsa.leaf.private_key(KeyForm::traditional);
  const auto pkcs8 = rsa.leaf.private_key();
  const Case cases[] = {
      {"EC, PKCS#8", ec.leaf, ec_key.pem(), ec_key.pem()},
      {"EC, SEC 1", ec.leaf, sec1, sec1},
      {"EC, SEC 1 after its parameters", ec.leaf, kEcParameters + sec1, sec1},
      {"RSA, PKCS#8", rsa.leaf, pkcs8, pkcs8},
      {"RSA, PKCS#1", rsa.leaf, pkcs1, pkcs1},
      {"Ed25519, PKCS#8", ed.leaf, ed.leaf.private_key(), ed.leaf.private_key()},
      {"CRLF", rsa.leaf, with_crlf(pkcs1), pkcs1},
      {"no final newline", rsa.leaf, pkcs1.substr(0, pkcs1.size() - 1), pkcs1},
      {"comments before it", rsa.leaf, "Bag Attributes\n    friendlyName: x\n" + pkcs8, pkcs8},
      {"indented", rsa.leaf, "  " + relabelled(pkcs8, "\n", "\n  "), pkcs8},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    const auto bundle = bundle_of(payload(one.leaf.certificate(), {}, one.text));
    CHECK(bundle.facts.key_matches);
    CHECK(bundle.private_key.reveal() == one.expected);
  }
}

TEST_CASE("the key of another certificate does not match, and the leaf is still named") {
  const auto kind = GENERATE(KeyKind::ec_p256, KeyKind::rsa_2048, KeyKind::ed25519);
  const World world(kind);
  const auto bundle = bundle_of(
      payload(world.leaf.certificate(), {world.inner.certificate()}, world.outer.private_key()));
  CHECK(bundle.facts.has_key);
  CHECK_FALSE(bundle.facts.key_matches);
  CHECK(bundle.facts.leaf.subject == "CN=a.example");
  CHECK(bundle.certificate == world.leaf.certificate());
}

TEST_CASE("a key of another kind does not match") {
  const World rsa(KeyKind::rsa_2048);
  const auto bundle = bundle_of(payload(rsa.leaf.certificate(), {}, Key::make().pem()));
  CHECK(bundle.facts.has_key);
  CHECK_FALSE(bundle.facts.key_matches);
}

// The public half is what one would compare; it is right here.
TEST_CASE("a key whose private half is damaged does not match") {
  const World world;
  auto text = world.leaf.private_key(KeyForm::traditional);
  // SEC 1: the private number is bytes 7 to 38; the 13th digit of the text belongs to byte 9.
  auto& digit = text[text.find('\n') + 1 + 12];
  digit = digit == 'A' ? 'B' : 'A';
  const auto bundle = bundle_of(payload(world.leaf.certificate(), {}, text));
  CHECK(bundle.facts.has_key);
  CHECK_FALSE(bundle.facts.key_matches);
}

TEST_CASE("a key text of the greatest size is still read") {
  const World world;
  const auto key = world.leaf.private_key();
  const auto largest = key + std::string(kMaxKeyBytes - key.size(), '\n');
  CHECK(bundle_of(payload(world.leaf.certificate(), {}, largest)).facts.key_matches);
}

TEST_CASE("a key text that is not exactly one readable key is refused with the reason") {
  const World world;
  const Key rsa = rsa_keys().at(0);
  const auto ec = world.leaf.private_key();
  const auto ed = Key::make(KeyKind::ed25519).pem();  // 48 bytes: its base64 has no padding
  const auto sec1 = world.leaf.private_key(KeyForm::traditional);
  struct Case {
    const char* name;
    std::string text;
    const char* message;
  };
  const char* encrypted = "the private key is encrypted; store it without a passphrase";
  const char* other = "the private key holds a PEM block of another kind";
  const char* several = "the private key holds more than one PEM block";
  const char* no_key = "the private key holds a block that is no private key";
  const char* damaged = "the private key holds a damaged PEM block";
  const Case cases[] = {
      {"encrypted PKCS#8", world.leaf.key().encrypted_pem(), encrypted},
      {"encrypted SEC 1", world.leaf.key().encrypted_pem(KeyForm::traditional), encrypted},
      {"encrypted PKCS#1", rsa.encrypted_pem(KeyForm::traditional), encrypted},
      {"encrypted, with CRLF", with_crlf(rsa.encrypted_pem(KeyForm::traditional)), encrypted},
      {"encrypted, under a wrong label",
       relabelled(rsa.encrypted_pem(), "ENCRYPTED PRIVATE KEY", "PRIVATE KEY"), no_key},
      {"encrypted, under an RSA label",
       relabelled(rsa.encrypted_pem(), "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY"), no_key},
      {"two keys", ec + ec, several},
      {"a key and its certificate", ec + world.leaf.certificate(), several},
      {"a certificate", world.leaf.certificate(), other},
      {"a DSA key", relabelled(sec1, "EC PRIVATE", "DSA PRIVATE"), other},
      {"EC under an RSA label", relabelled(sec1, "EC PRIVATE", "RSA PRIVATE"), no_key},
      {"RSA under an EC label",
       relabelled(rsa.pem(KeyForm::traditional), "RSA PRIVATE", "EC PRIVATE"), no_key},
      {"parameters alone", kEcParameters, "the private key holds no private key"},
      {"parameters behind", sec1 + kEcParameters, several},
      {"no PEM at all", "hunter2", "the private key holds no private key"},
      {"cut off", ec.substr(0, ec.size() / 2), "the private key ends in the middle of a PEM block"},
      {"cut off before its END", ec.substr(0, ec.find("-----END")),
       "the private key ends in the middle of a PEM block"},
      {"a letter that is not base64", relabelled(ec, "M", "*"), damaged},
      {"another header", relabelled(ec, "KEY-----\nM", "KEY-----\nComment: x\n\nM"), damaged},
      {"too large", ec + std::string(kMaxKeyBytes - ec.size() + 1, '\n'),
       "the private key is larger than 16 KiB"},
      {"a NUL byte", ec + std::string(1, '\0'), "the private key holds a NUL byte"},
      {"bytes behind the DER", relabelled(ed, "-----END", "AAAA\n-----END"), no_key},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    const auto bundle = inspect(payload(world.leaf.certificate(), {}, one.text));
    REQUIRE_FALSE(bundle);
    CHECK(bundle.error().code == ErrorCode::corrupt);
    CHECK(bundle.error().message == one.message);
  }
}

}  // namespace
}  // namespace certloop::tls

// A source's texts. The first byte says how the rest is meant: as texts, divided by NUL, or as bare
// DER, which the target wraps: so a changed bit reaches the decoder without breaking the base64.
// The order is certificate, issuers, key.
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

#include "controller/tls/bundle.h"
#include "tests/fuzz/targets.h"
#include "tests/support/pki.h"

namespace certloop::fuzz {
namespace {

enum Form : char { kTexts, kDer };
constexpr char kDivider = '\0';
constexpr std::string_view kKeyMark = "PRIVATE KEY";

std::string wrapped(std::string_view der, const char* label) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio(out.get(), label, "", reinterpret_cast<const unsigned char*>(der.data()),
                static_cast<long>(der.size()));
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// Each piece has its length in two bytes before it.
std::vector<std::string> der_pieces(Input input) {
  std::vector<std::string> pieces;
  while (!input.rest().empty()) {
    const auto high = input.byte();
    const auto size = high << 8 | input.byte();
    const auto piece = input.rest().substr(0, size);
    pieces.emplace_back(piece);
    input = Input(input.rest().substr(piece.size()));
  }
  return pieces;
}

std::vector<std::string> texts_of(Input input) {
  std::vector<std::string> texts;
  if (input.byte() != kDer) {
    while (!input.rest().empty()) texts.emplace_back(input.until(kDivider));
    return texts;
  }
  const auto pieces = der_pieces(input);
  for (const auto& piece : pieces) {
    const bool last = &piece == &pieces.back() && pieces.size() > 1;
    texts.push_back(wrapped(piece, last ? "PRIVATE KEY" : "CERTIFICATE"));
  }
  return texts;
}

SourcePayload payload_of(const std::vector<std::string>& texts) {
  SourcePayload payload;
  if (texts.empty()) return payload;
  payload.certificate = texts.front();
  if (texts.size() == 1) return payload;
  payload.issuers.assign(texts.begin() + 1, texts.end() - 1);
  payload.private_key = SecretBytes(std::string_view(texts.back()));
  return payload;
}

bool equal(const tls::Bundle& left, const tls::Bundle& right) {
  return left.certificate == right.certificate && left.chain == right.chain &&
         left.private_key.reveal() == right.private_key.reveal() &&
         left.facts.leaf.subject == right.facts.leaf.subject &&
         left.facts.leaf.serial == right.facts.leaf.serial &&
         left.facts.leaf.dns_names == right.facts.leaf.dns_names &&
         left.facts.has_key == right.facts.has_key &&
         left.facts.key_matches == right.facts.key_matches;
}

void check_facts(const SourceReadable& facts) {
  for (const auto& text : {facts.leaf.subject, facts.leaf.serial, facts.missing_issuer}) {
    law(is_printable(text) && text.size() <= 256, "a name is fit for a log");
  }
  law(!facts.leaf.subject.empty(), "a subject says something");
  for (const auto& name : facts.leaf.dns_names) {
    law(is_printable(name), "a host's name is printable");
    law(std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }),
        "a host's name is lowercase");
  }
  law(!facts.key_matches || facts.has_key, "only a key that is there fits");
}

void check_parts(const tls::Bundle& bundle) {
  const auto whole = bundle.part(v1::Part::fullchain);
  law(whole.reveal() == bundle.certificate + bundle.chain, "the full chain is leaf and chain");
  law(whole.reveal().find(kKeyMark) == std::string_view::npos, "no key among certificates");
  law(whole.reveal().find('\r') == std::string_view::npos, "lines end in LF");
  law(tls::fingerprint(whole).has_value(), "what is written has a fingerprint");
  if (bundle.private_key.empty()) return;
  law(tls::fingerprint(bundle.private_key).has_value(), "a key that is written has a fingerprint");
  law(bundle.private_key.reveal().find("CERTIFICATE-") == std::string_view::npos,
      "a key comes alone");
}

// What was written is found in order when it is read back.
void check_read_back(const tls::Bundle& bundle) {
  SourcePayload again{.certificate = bundle.certificate,
                      .issuers = {bundle.chain},
                      .private_key = bundle.private_key.clone()};
  const auto second = tls::inspect(again);
  law(second.has_value(), "what is written can be read");
  law(equal(*second, bundle), "what is written reads as what it was made of");
  law(second->facts.missing_issuer.empty(), "what is written has no gap");
}

// The leaf first, all else the other way round.
void check_order(const tls::Bundle& bundle, const SourcePayload& payload) {
  SourcePayload turned{.certificate = bundle.certificate,
                       .issuers = {payload.issuers.rbegin(), payload.issuers.rend()},
                       .private_key = payload.private_key.clone()};
  turned.issuers.push_back(payload.certificate);
  const auto second = tls::inspect(turned);
  if (!second && second.error().message.find("over 64") != std::string::npos) return;
  law(second.has_value(), "the order does not make a text unreadable");
  law(equal(*second, bundle), "the order does not matter");
  law(second->facts.missing_issuer == bundle.facts.missing_issuer, "nor for the gap");
}

void check_fingerprint(const std::string& text) {
  const SecretBytes secret{std::string_view(text)};
  const auto one = tls::fingerprint(secret);
  law(one == tls::fingerprint(secret), "a text has one fingerprint");
  if (!one || text.find('\r') != std::string::npos) return;
  std::string dos;
  for (const char c : text) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  law(one == tls::fingerprint(SecretBytes(std::move(dos))), "line ends do not matter");
}

void run(std::string_view bytes) {
  const auto texts = texts_of(Input(bytes));
  for (const auto& text : texts) check_fingerprint(text);
  const auto payload = payload_of(texts);
  const auto bundle = tls::inspect(payload);
  if (!bundle) {
    law(bundle.error().code == ErrorCode::corrupt, "what cannot be read is corrupt");
    check_message(bundle.error().message);
    return law(longest_base64(bundle.error().message) < 16, "a message quotes no PEM");
  }
  check_facts(bundle->facts);
  check_parts(*bundle);
  check_read_back(*bundle);
  check_order(*bundle, payload);
}

std::string der_of(const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(in.get(), &label, &header, &data, &size) != 1) return {};
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(label);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return der;
}

std::string as_texts(const std::vector<std::string>& pems) {
  std::string input{kTexts};
  for (const auto& pem : pems) input += pem + kDivider;
  input.pop_back();
  return input;
}

std::string as_der(const std::vector<std::string>& pems) {
  std::string input{kDer};
  for (const auto& pem : pems) {
    const auto der = der_of(pem);
    input += {static_cast<char>(der.size() >> 8), static_cast<char>(der.size() & 0xff)};
    input += der;
  }
  return input;
}

std::vector<std::string> seeds() {
  using namespace test_pki;
  const auto root = Authority::self_signed({.name = "Root"});
  const auto inter = root.issue_authority({.name = "Inter", .organization = "Example, \"x\""});
  const auto cross = Authority::self_signed({.name = "Old"}).cross_sign(inter);
  const auto leaf = inter.issue({.dns_names = {"A.example", "*.b.example"}});
  const auto other = inter.issue({.name = "c.example", .key_kind = KeyKind::ed25519});
  const auto rsa = Leaf::self_signed({.dns_names = {"r.example"}, .key_kind = KeyKind::rsa_2048});
  const std::vector<std::string> whole{leaf.certificate(), inter.certificate(), cross.certificate(),
                                       root.certificate(), leaf.private_key()};
  const std::vector<std::string> plain{other.certificate(), inter.certificate(),
                                       other.private_key()};
  const std::vector<std::string> alone{rsa.certificate(), rsa.private_key()};
  return {as_texts(whole),
          as_texts(plain),
          as_texts({"subject=x\r\n" + leaf.certificate() + inter.certificate(),
                    leaf.private_key(KeyForm::traditional)}),
          as_texts({leaf.certificate(), leaf.key().encrypted_pem()}),
          as_texts({rsa.certificate(), rsa.private_key(KeyForm::traditional)}),
          as_der(whole),
          as_der(plain),
          as_der(alone),
          as_der({root.certificate(), root.private_key()})};
}

}  // namespace

Target certificates() {
  return {"certificates", run, seeds};
}

}  // namespace certloop::fuzz

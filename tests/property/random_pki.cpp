#include "tests/property/random_pki.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <stdexcept>

namespace certloop::test {
namespace {

using test_pki::Authority;
using test_pki::Identity;
using test_pki::Key;
using test_pki::KeyKind;
using test_pki::Leaf;

constexpr int kEcKeys = 14;
constexpr int kRsaKeys = 3;
constexpr std::chrono::days kYear{365};

std::string der_of(const Identity& identity) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(identity.handle(), &encoded);
  if (size <= 0) throw std::runtime_error("a certificate that cannot be encoded");
  std::string der(reinterpret_cast<char*>(encoded), static_cast<std::size_t>(size));
  OPENSSL_free(encoded);
  return der;
}

// Whatever the bytes are.
std::string pem_of(const std::string& der) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio(out.get(), "CERTIFICATE", "", reinterpret_cast<const unsigned char*>(der.data()),
                static_cast<long>(der.size()));
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

struct Text {
  std::string what{};
  std::string pem{};
};

Text damaged(const RandomPki::Piece& piece, std::mt19937& random) {
  std::string der = der_of(piece.identity);
  const auto turn_bit = [&](std::size_t at) {
    der[at] = static_cast<char>(der[at] ^ (1 << random() % 8));
  };
  const auto kind = random() % 10;
  if (kind < 4) {
    turn_bit(der.size() - 1 - random() % 60);  // the signature stands last
    return {piece.what + " with a damaged signature", pem_of(der)};
  }
  if (kind < 8) {
    turn_bit(random() % (der.size() - 80));
    return {piece.what + " with a damaged body", pem_of(der)};
  }
  der.resize(1 + random() % (der.size() - 1));
  return {piece.what + " cut off", pem_of(der)};
}

std::vector<Text> chosen(const RandomPki& pki, std::mt19937& random) {
  const bool hurt = random() % 3 == 0;
  const auto victim = random() % pki.pieces().size();
  const bool twin = random() % 2 == 0;  // the sound one came along, too
  std::vector<Text> texts;
  for (std::size_t i = 0; i < pki.pieces().size(); ++i) {
    const auto& piece = pki.pieces()[i];
    if (hurt && i == victim) {
      texts.push_back(damaged(piece, random));
      if (!twin) continue;
    }
    if (random() % 100 < piece.chance) texts.push_back({piece.what, piece.identity.certificate()});
  }
  for (auto copies = random() % 4; copies > 0 && copies < 3 && !texts.empty(); --copies) {
    texts.push_back(texts[random() % texts.size()]);
  }
  return texts;
}

}  // namespace

KeyPool::KeyPool() {
  for (int i = 0; i < kRsaKeys; ++i) keys_.push_back(Key::make(KeyKind::rsa_2048));
  for (int i = 0; i < kEcKeys; ++i) {
    keys_.push_back(Key::make(KeyKind::ec_p256));
    keys_.push_back(Key::make(KeyKind::ed25519));
  }
}

const Key& KeyPool::next() {
  return keys_.at(used_++);
}

void KeyPool::start_over(std::mt19937& random) {
  used_ = 0;
  std::shuffle(keys_.begin(), keys_.end(), random);
}

RandomPki::RandomPki(KeyPool& keys, std::mt19937& random) : keys_(keys), random_(random) {
  keys_.start_over(random_);
  line_.push_back(Authority::self_signed({.name = "Root", .key = keys_.next()}));
  for (auto depth = random_() % 5; depth > 0; --depth) {
    const auto name = "Authority " + std::to_string(line_.size());
    line_.push_back(line_.back().issue_authority({.name = name, .key = keys_.next()}));
  }
  put_leaf();
  for (std::size_t i = 1; i < line_.size(); ++i) put(std::to_string(i), line_[i], 85);
  put("the root", line_.front(), 60);
  roots_.push_back(line_.front().certificate());
  if (chance(40)) {
    const auto other = Authority::self_signed({.name = "Old root", .key = keys_.next()});
    put("the old root", other, 50);
    if (chance(70)) roots_.push_back(other.certificate());
    cross_sign(other);
  }
  if (chance(30)) cross_sign(any_of_line());  // loops, too
  if (chance(30)) renew();
  if (chance(30)) name_alike();
  if (chance(30)) put_strangers();
}

void RandomPki::put(const std::string& what, const Identity& identity, unsigned per_cent) {
  pieces_.push_back({what, identity, per_cent});
}

void RandomPki::put_leaf() {
  const test_pki::Request request{.dns_names = {"a.example"}, .key = keys_.next()};
  const auto kind = random_() % 20;
  if (kind == 0) {
    put("a self-signed leaf", Leaf::self_signed(request), 100);
  } else if (kind < 3) {
    put("a leaf that is an authority", line_.back().issue_authority(request), 100);
  } else {
    put("the leaf", line_.back().issue(request), 99);
  }
}

void RandomPki::cross_sign(const Authority& other_root) {
  for (auto times = 1 + random_() % 2; times > 0; --times) {
    const auto& subject = any_of_line();
    put(subject.subject() + " signed by " + other_root.subject(), other_root.cross_sign(subject),
        60);
  }
}

void RandomPki::renew() {
  const auto at = random_() % line_.size();
  const auto& old = line_[at];
  const test_pki::Request request{.name = old.subject().substr(3),  // without "CN="
                                  .not_before = test_pki::kLongAgo + kYear,
                                  .not_after = test_pki::kFarAhead + kYear,
                                  .key = old.key()};
  const auto renewed =
      at == 0 ? Authority::self_signed(request) : line_[at - 1].issue_authority(request);
  put(old.subject() + " renewed", renewed, 60);
  if (at == 0 && chance(50)) roots_.push_back(renewed.certificate());
}

// Another key under the name of an authority: a stranger's, or its own after a change of keys, then
// each signed by the other.
void RandomPki::name_alike() {
  const auto& known = any_of_line();
  const test_pki::Request request{.name = known.subject().substr(3), .key = keys_.next()};
  if (chance(50)) {
    const auto alike =
        chance(50) ? Authority::self_signed(request) : line_.front().issue_authority(request);
    put("another " + known.subject(), alike, 70);
    return;
  }
  const auto next = known.issue_authority(request);
  put("the next key of " + known.subject(), next, 70);
  put(known.subject() + " signed by its next key", next.cross_sign(known), 70);
}

void RandomPki::put_strangers() {
  const auto root = Authority::self_signed({.name = "Stranger", .key = keys_.next()});
  const auto authority = root.issue_authority({.name = "His authority", .key = keys_.next()});
  put("a strange root", root, 40);
  put("a strange authority", authority, 40);
  put("a strange leaf", authority.issue({.dns_names = {"b.example"}, .key = keys_.next()}), 30);
  put("a brother of the leaf",
      line_.back().issue({.dns_names = {"c.example"}, .key = keys_.next()}), 30);
}

Situation draw(const RandomPki& pki, std::mt19937& random) {
  auto texts = chosen(pki, random);
  if (texts.empty()) texts.push_back({"the leaf", pki.leaf().certificate()});
  if (random() % 4 > 0) std::shuffle(texts.begin(), texts.end(), random);
  const auto cut = 1 + random() % texts.size();
  Situation situation;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    situation.description += texts[i].what + (i + 1 == cut ? " | " : ", ");
    if (i < cut) {
      situation.payload.certificate += texts[i].pem;
    } else if (i == cut || random() % 2 > 0) {
      situation.payload.issuers.push_back(texts[i].pem);
    } else {
      situation.payload.issuers.back() += texts[i].pem;
    }
  }
  if (random() % 4 > 0) situation.payload.private_key = SecretBytes(pki.leaf().private_key());
  return situation;
}

}  // namespace certloop::test

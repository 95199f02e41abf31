#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <memory>
#include <random>

#include "tests/unit/tls/support.h"

// Our reading of a chain against OpenSSL's own verifier.
namespace certloop::tls {
namespace {

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

void free_all(STACK_OF(X509) * certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

Owned<STACK_OF(X509)> parsed(const std::string& pem) {
  Owned<STACK_OF(X509)> all(sk_X509_new_null(), free_all);
  const std::unique_ptr<BIO, int (*)(BIO*)> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  while (X509* one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    sk_X509_push(all.get(), one);
  }
  ERR_clear_error();
  return all;
}

// Whether a path from the leaf over any of `others` ends at `root`, the only one that is trusted.
bool openssl_verifies(const std::string& leaf, const std::string& others, const std::string& root) {
  const auto leaves = parsed(leaf);
  const auto untrusted = parsed(others);
  const auto trusted = parsed(root);
  const Owned<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  X509_STORE_add_cert(store.get(), sk_X509_value(trusted.get(), 0));
  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new(), X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), sk_X509_value(leaves.get(), 0), untrusted.get());
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME);
  const bool verified = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return verified;
}

bool openssl_verifies(const Bundle& bundle, const std::string& root) {
  return openssl_verifies(bundle.certificate, bundle.chain, root);
}

// root -> up to five intermediates -> leaf, with cross-signatures now and then.
struct RandomPki {
  explicit RandomPki(std::mt19937& random) {
    authorities.push_back(Authority::self_signed({.name = "Root"}));
    const auto depth = random() % 6;
    for (std::size_t i = 0; i < depth; ++i) {
      const auto name = "Intermediate " + std::to_string(i);
      authorities.push_back(authorities.back().issue_authority({.name = name}));
      links.push_back(authorities.back().certificate());
    }
    if (depth > 2) side_ways.push_back(authorities[0].cross_sign(authorities[2]).certificate());
    if (depth > 3) side_ways.push_back(authorities[3].cross_sign(authorities[1]).certificate());
  }
  std::string root() const { return authorities.front().certificate(); }

  std::vector<Authority> authorities{};
  Texts links{};      // what the path needs
  Texts side_ways{};  // what it could do without
};

// `given` in some order, some twice, cut somewhere into certificate and issuers.
SourcePayload shuffled(Texts given, const std::string& key, std::mt19937& random) {
  for (auto copies = random() % 3; copies > 0; --copies) {
    given.push_back(given[random() % given.size()]);
  }
  std::shuffle(given.begin(), given.end(), random);
  const auto cut = given.begin() + 1 + static_cast<long>(random() % given.size());
  return payload(joined(Texts(given.begin(), cut)), Texts(cut, given.end()), key);
}

TEST_CASE("a chain without a gap verifies, a chain with a damaged or missing link does not") {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    INFO("round " << round);
    const RandomPki pki(random);
    const auto leaf = pki.authorities.back().issue({.dns_names = {"a.example"}});
    const auto key = leaf.private_key();
    Texts whole{leaf.certificate(), pki.root()};
    whole.insert(whole.end(), pki.links.begin(), pki.links.end());
    whole.insert(whole.end(), pki.side_ways.begin(), pki.side_ways.end());

    const auto sound = bundle_of(shuffled(whole, key, random));
    REQUIRE(sound.facts.missing_issuer.empty());
    REQUIRE(openssl_verifies(sound, pki.root()));

    // Without side ways every link is needed, and so is the leaf's own signature.
    Texts needed{leaf.certificate()};
    needed.insert(needed.end(), pki.links.begin(), pki.links.end());
    auto& victim = needed[random() % needed.size()];
    victim = test_pki::with_damaged_signature(victim);
    needed.push_back(pki.root());
    const auto damaged = bundle_of(shuffled(needed, key, random));
    REQUIRE_FALSE(damaged.facts.missing_issuer.empty());
    REQUIRE_FALSE(openssl_verifies(damaged, pki.root()));

    if (pki.links.empty()) continue;
    Texts holed{leaf.certificate(), pki.root()};
    holed.insert(holed.end(), pki.links.begin(), pki.links.end());
    holed.erase(holed.begin() + 2 + static_cast<long>(random() % pki.links.size()));
    const auto gap = bundle_of(shuffled(holed, key, random));
    REQUIRE_FALSE(gap.facts.missing_issuer.empty());
    REQUIRE_FALSE(openssl_verifies(gap, pki.root()));
  }
}

// A chain can have a gap and still lead to the root, over a side way. And OpenSSL, which takes the
// first way it sees, may miss the root among all of it and find it over our chain.
TEST_CASE(
    "whatever came along, our chain leads to the root if any does, and always without a gap") {
  std::mt19937 random(11);
  int whole = 0;
  int useful = 0;
  int useless = 0;
  for (int pki_round = 0; pki_round < 12; ++pki_round) {
    const RandomPki pki(random);
    const auto leaf = pki.authorities.back().issue({.dns_names = {"a.example"}});
    for (int round = 0; round < 12; ++round) {
      INFO("pki " << pki_round << " round " << round);
      Texts given{leaf.certificate(), pki.root()};
      for (const auto& link : pki.links) {
        if (random() % 5 > 0) given.push_back(link);
      }
      for (const auto& way : pki.side_ways) {
        if (random() % 2 > 0) given.push_back(way);
      }
      const bool possible = openssl_verifies(leaf.certificate(), joined(given), pki.root());
      const auto bundle = bundle_of(shuffled(given, leaf.private_key(), random));
      const bool verified = openssl_verifies(bundle, pki.root());
      const bool gap = !bundle.facts.missing_issuer.empty();
      REQUIRE((verified || !possible));
      REQUIRE((verified || gap));
      ++(!gap ? whole : verified ? useful : useless);
    }
  }
  CHECK(whole > 40);
  CHECK(useful > 0);
  CHECK(useless > 30);
}

}  // namespace
}  // namespace certloop::tls

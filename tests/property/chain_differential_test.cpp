// Our reading of a bundle against OpenSSL's own verifier, over thousands of generated bundles.
//
//   CERTLOOP_CHAIN_SITUATIONS=100000 CERTLOOP_CHAIN_SEED=2 build/dev/property_tests "[chain]"
//
// The two do not answer the same question. OpenSSL asks: does a path lead from this leaf to one of
// these roots? tls::inspect knows no roots; it says which chain to publish, and whether something
// that was given is not part of any. What must hold between them, and why:
//
//   refused    inspect reads a bundle exactly if OpenSSL decodes every block, and nothing but it.
//   leaf       the certificate that OpenSSL finds to fit the key; else the first that is no
//              authority; else the first.
//   links      each certificate of the chain was given, is another than all before, signed the one
//              before it, and is no root: what a TLS server may send (RFC 8446, 4.4.2).
//   gap        told exactly if something was given that no path from the leaf reaches.
//   best       no path is better than the chain by what bundle.h promises: the longest, but one
//   that
//              a given root closes before all others.
//   accepted   trusting all roots that were given: if any path whatsoever verifies, the chain does.
//              So it does wherever OpenSSL accepts the bundle as it came. And if there is a root
//              and no gap, the chain verifies.
//   refused    trusting also the roots that were left off (they often are): the chain verifies only
//              if some path does, as it is one. The other way round it holds if a root was given,
//              or if there is one way only. Where ways part towards roots that were not given,
//              nobody can know from the bundle which one a client trusts, and the longest is taken.
//
// OpenSSL takes the first issuer it sees and never turns back: a damaged or strange twin may hide
// the root from it that is there. So "OpenSSL accepts the bundle as it came" proves more than "it
// refuses": a refusal is compared with all paths, each verified alone.
//
// Of OpenSSL's checks the one of dates is off: inspect leaves dates to the rules (core/decide).
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdlib>

#include "controller/tls/bundle.h"
#include "tests/property/path_oracle.h"
#include "tests/property/random_pki.h"
#include "tests/support/catch.h"

namespace certloop::test {
namespace {

constexpr int kDrawsOfOne = 6;  // bundles of one infrastructure

struct Tally {
  int unreadable = 0;
  int accepted = 0;  // the chain verifies
  int refused = 0;   // neither it nor any path does
  int gaps = 0;
  int useful_gaps = 0;   // told, and the chain verifies all the same
  int openssl_lost = 0;  // OpenSSL went astray in the bundle, and found the root over the chain
  int parted_ways = 0;   // another path would have verified
};

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += text;
  return all;
}

std::size_t expected_leaf(const Certificates& given, const test_pki::Key* key) {
  for (std::size_t i = 0; key != nullptr && i < given.size(); ++i) {
    if (X509_check_private_key(given[i].get(), key->handle()) == 1) return i;
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (X509_check_ca(given[i].get()) == 0) return i;
  }
  return 0;
}

// One bundle that was read, beside what is true of it.
class Comparison {
 public:
  Comparison(const tls::Bundle& bundle, const PathOracle& oracle, Tally& tally)
      : missing_(bundle.facts.missing_issuer),
        oracle_(oracle),
        tally_(tally),
        chain_(parse(bundle.certificate + bundle.chain).value()),
        path_(oracle.path_of(chain_).value()) {}

  void check_links() const {
    const auto& given = oracle_.given();
    for (std::size_t i = 1; i < path_.size(); ++i) {
      REQUIRE(issued_by(given[path_[i - 1]].get(), given[path_[i]].get()));
      REQUIRE_FALSE(self_signed(given[path_[i]].get()));
      REQUIRE(std::count(path_.begin(), path_.end(), path_[i]) == 1);
    }
  }

  void check_gap() const {
    REQUIRE(missing_.empty() == oracle_.leaf_reaches_all());
    if (missing_.empty()) return;
    ++tally_.gaps;
    REQUIRE(missing_ == issuer_of(chain_.back().get()));
  }

  void check_best() const { REQUIRE(oracle_.worth(path_) == oracle_.best()); }

  void check_given_roots() const {
    const auto roots = oracle_.roots();
    if (roots.empty()) return;
    const bool verified = chain_verifies(roots);
    REQUIRE((verified || !oracle_.some_path_verifies(roots)));
    const bool by_openssl = verifies(chain_.front(), oracle_.given(), roots);
    REQUIRE((verified || !by_openssl));
    if (missing_.empty()) REQUIRE(verified);
    count(verified);
    if (verified && !missing_.empty()) ++tally_.useful_gaps;
    if (verified && !by_openssl) ++tally_.openssl_lost;
  }

  void check_known_roots(Certificates roots) const {
    for (const auto& root : oracle_.roots()) roots.push_back(root);
    if (chain_verifies(roots)) return count(true);
    if (!oracle_.some_path_verifies(roots)) return count(false);
    ++tally_.parted_ways;
    REQUIRE(oracle_.best().first != PathOracle::End::root);
    REQUIRE(oracle_.forks());
  }

 private:
  bool chain_verifies(const Certificates& roots) const {
    return verifies(chain_.front(), Certificates(chain_.begin() + 1, chain_.end()), roots);
  }
  void count(bool verified) const { ++(verified ? tally_.accepted : tally_.refused); }

  const std::string& missing_;
  const PathOracle& oracle_;
  Tally& tally_;
  Certificates chain_;  // the leaf first
  PathOracle::Path path_;
};

bool readable_dates(const x509_st* one) {
  return ASN1_TIME_to_tm(X509_get0_notBefore(one), nullptr) == 1 &&
         ASN1_TIME_to_tm(X509_get0_notAfter(one), nullptr) == 1;
}

void compare(const RandomPki& pki, const Situation& situation, Tally& tally) {
  const auto& payload = situation.payload;
  const auto bundle = tls::inspect(payload);
  const auto blocks = parse(payload.certificate + joined(payload.issuers));
  const auto given = blocks ? distinct(*blocks) : Certificates{};
  const auto key = pki.leaf().key();
  const auto leaf = blocks ? expected_leaf(given, payload.private_key.empty() ? nullptr : &key) : 0;
  REQUIRE(bundle.has_value() == (blocks && readable_dates(given[leaf].get())));
  if (!bundle) {
    ++tally.unreadable;
    REQUIRE(bundle.error().code == ErrorCode::corrupt);
    return;
  }
  REQUIRE(same(parse(bundle->certificate).value().at(0).get(), given[leaf].get()));
  const PathOracle oracle(given, leaf);
  const Comparison comparison(*bundle, oracle, tally);
  comparison.check_links();
  comparison.check_gap();
  comparison.check_best();
  comparison.check_given_roots();
  comparison.check_known_roots(parse(joined(pki.roots())).value());
}

TEST_CASE("what is said of a chain is what OpenSSL's verifier finds, whatever was given",
          "[chain]") {
  const auto seed = from_environment("CERTLOOP_CHAIN_SEED", 1);
  const auto situations = from_environment("CERTLOOP_CHAIN_SITUATIONS", 3000);
  std::mt19937 random(seed);
  KeyPool keys;
  Tally tally;
  for (unsigned done = 0; done < situations;) {
    const RandomPki pki(keys, random);
    for (int i = 0; i < kDrawsOfOne; ++i, ++done) {
      const auto situation = draw(pki, random);
      INFO("seed " << seed << ", situation " << done << ": " << situation.description);
      INFO(situation.payload.certificate << "|\n" << joined(situation.payload.issuers));
      compare(pki, situation, tally);
    }
  }
  INFO("accepted " << tally.accepted << ", refused " << tally.refused << ", unreadable "
                   << tally.unreadable << ", gaps " << tally.gaps << ", useful ones "
                   << tally.useful_gaps << ", lost by OpenSSL " << tally.openssl_lost
                   << ", parted ways " << tally.parted_ways);
  const auto often = static_cast<int>(situations / 4);
  const auto now_and_then = static_cast<int>(situations / 100);
  const auto rarely = static_cast<int>(situations / 1000);
  CHECK(tally.accepted > often);
  CHECK(tally.refused > often);
  CHECK(tally.gaps > often);
  CHECK(tally.unreadable > now_and_then);
  CHECK(tally.useful_gaps > now_and_then);
  CHECK(tally.openssl_lost > rarely);
  CHECK(tally.parted_ways > rarely);
}

}  // namespace
}  // namespace certloop::test

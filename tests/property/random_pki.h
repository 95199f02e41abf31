#pragma once
#include <random>
#include <string>
#include <vector>

#include "controller/core/observed.h"
#include "tests/support/pki.h"

// What Secrets Manager may be given as a certificate: public key infrastructures with everything
// that years of operation leave behind, and bundles of them as people put them together.
namespace certloop::test {

// Keys made once and used by one world after another, as making them costs more than all the rest.
class KeyPool {
 public:
  KeyPool();
  // The next one of the world; another than all before it.
  const test_pki::Key& next();
  void start_over(std::mt19937& random);

 private:
  std::vector<test_pki::Key> keys_{};
  std::size_t used_ = 0;
};

// A root, up to four authorities under it, a leaf; and beside them other roots, cross-signed and
// renewed authorities, others of the same name, strangers.
class RandomPki {
 public:
  RandomPki(KeyPool& keys, std::mt19937& random);

  struct Piece {
    std::string what{};
    test_pki::Identity identity;
    unsigned chance = 100;  // per cent, of being given
  };
  const test_pki::Identity& leaf() const { return pieces_.front().identity; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  // What a client has in its trust store.
  const std::vector<std::string>& roots() const { return roots_; }

 private:
  using Authority = test_pki::Authority;
  bool chance(unsigned per_cent) { return random_() % 100 < per_cent; }
  const Authority& any_of_line() { return line_[random_() % line_.size()]; }
  void put(const std::string& what, const test_pki::Identity& identity, unsigned per_cent);
  void put_leaf();
  void cross_sign(const Authority& other_root);
  void renew();
  void name_alike();
  void put_strangers();

  KeyPool& keys_;
  std::mt19937& random_;
  std::vector<Authority> line_{};  // the root, then each authority under the one before
  std::vector<Piece> pieces_{};    // the leaf first
  std::vector<std::string> roots_{};
};

// One bundle: pieces left out, damaged, doubled, in any order, cut anywhere into texts.
struct Situation {
  SourcePayload payload{};
  std::string description{};
};
Situation draw(const RandomPki& pki, std::mt19937& random);

}  // namespace certloop::test

#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct x509_st;  // OpenSSL's X509

// What is true of a handful of certificates: by OpenSSL's verifier, and by trying every path.
// Shares no code with controller/tls.
namespace certloop::test {

using Certificates = std::vector<std::shared_ptr<x509_st>>;

// In order. Empty when a block is anything but one certificate.
std::optional<Certificates> parse(const std::string& pem);
Certificates distinct(const Certificates& certificates);

bool same(const x509_st* left, const x509_st* right);
bool self_signed(const x509_st* one);
// By the names and the signature alone.
bool issued_by(const x509_st* one, const x509_st* issuer);
std::string issuer_of(const x509_st* one);

// X509_verify_cert: OpenSSL builds a path from the leaf over any of `untrusted` to one of
// `trusted`. Dates are not looked at.
bool verifies(const std::shared_ptr<x509_st>& leaf, const Certificates& untrusted,
              const Certificates& trusted);

// All paths from a leaf over distinct certificates, none through a self-signed one.
class PathOracle {
 public:
  using Path = std::vector<std::size_t>;  // begins with the leaf

  PathOracle(Certificates given, std::size_t leaf);

  const Certificates& given() const { return given_; }
  // The self-signed ones.
  Certificates roots() const;
  // Empty when it holds something that was not given.
  std::optional<Path> path_of(const Certificates& certificates) const;
  bool leaf_reaches_all() const;
  // Whether any sequence of certificates whose names fit, alone, lets OpenSSL reach `trusted`.
  bool some_path_verifies(const Certificates& trusted) const;

  // How a path ends by what was given: in itself, at an issuer that is not there, at a root (which
  // may stand beside it). After the leaf, paths have no authority (name and
  // key) twice.
  enum class End { loop, open, root };
  using Worth = std::pair<End, std::size_t>;  // then the length
  Worth worth(const Path& path) const;
  Worth best() const { return best_; }
  bool forks() const { return ends_ > 1; }  // more than one path that cannot be made longer

 private:
  using Matrix = std::vector<std::vector<bool>>;
  // Depth first; ends when `visit` says true.
  bool walk(Path& path, const Matrix& links, const Matrix& excludes,
            const std::function<bool(const Path&)>& visit) const;
  bool can_be_longer(const Path& path) const;

  Certificates given_;
  std::size_t leaf_;
  Matrix named_{};   // [i][j]: j has the name of i's issuer
  Matrix issued_{};  // and its key verifies i
  Matrix equal_{};   // the same certificate
  Matrix alike_{};   // the same authority
  std::vector<bool> self_signed_{};
  Worth best_{End::loop, 0};
  std::size_t ends_ = 0;
};

}  // namespace certloop::test

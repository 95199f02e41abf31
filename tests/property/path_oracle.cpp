#include "tests/property/path_oracle.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

namespace certloop::test {
namespace {

template <class T, class Free>
std::unique_ptr<T, Free> owned(T* object, Free free) {
  return std::unique_ptr<T, Free>(object, free);
}

std::string encoded(const X509* x509) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(x509, &bytes);
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(bytes);
  return der;
}

bool names_fit(const X509* one, const X509* issuer) {
  return X509_NAME_cmp(X509_get_issuer_name(one), X509_get_subject_name(issuer)) == 0;
}

bool same_authority(const X509* left, const X509* right) {
  return X509_NAME_cmp(X509_get_subject_name(left), X509_get_subject_name(right)) == 0 &&
         X509_PUBKEY_eq(X509_get_X509_PUBKEY(left), X509_get_X509_PUBKEY(right)) == 1;
}

}  // namespace

std::optional<Certificates> parse(const std::string& pem) {
  const auto in = owned(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  Certificates all;
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* der = nullptr;
  long size = 0;
  while (PEM_read_bio(in.get(), &label, &header, &der, &size) == 1) {
    const unsigned char* position = der;
    std::shared_ptr<X509> one(d2i_X509(nullptr, &position, size), X509_free);
    const bool whole = one && position == der + size;
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(der);
    if (!whole) return std::nullopt;
    all.push_back(std::move(one));
  }
  ERR_clear_error();
  return all;
}

Certificates distinct(const Certificates& certificates) {
  Certificates found;
  for (const auto& one : certificates) {
    if (std::none_of(found.begin(), found.end(),
                     [&](const auto& other) { return same(one.get(), other.get()); })) {
      found.push_back(one);
    }
  }
  return found;
}

bool same(const X509* left, const X509* right) {
  return encoded(left) == encoded(right);
}

bool issued_by(const X509* one, const X509* issuer) {
  EVP_PKEY* key = X509_get0_pubkey(issuer);
  return names_fit(one, issuer) && key != nullptr && X509_verify(const_cast<X509*>(one), key) == 1;
}

bool self_signed(const X509* one) {
  return issued_by(one, one);
}

std::string issuer_of(const X509* one) {
  const auto out = owned(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(out.get(), X509_get_issuer_name(one), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

bool verifies(const std::shared_ptr<X509>& leaf, const Certificates& untrusted,
              const Certificates& trusted) {
  const auto store = owned(X509_STORE_new(), X509_STORE_free);
  for (const auto& one : trusted) X509_STORE_add_cert(store.get(), one.get());
  const auto pool = owned(
      sk_X509_new_null(), +[](STACK_OF(X509) * all) { sk_X509_free(all); });
  for (const auto& one : untrusted) sk_X509_push(pool.get(), one.get());
  const auto context = owned(X509_STORE_CTX_new(), X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), pool.get());
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME);
  const bool verified = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return verified;
}

PathOracle::PathOracle(Certificates given, std::size_t leaf)
    : given_(std::move(given)), leaf_(leaf) {
  for (const auto& one : given_) {
    self_signed_.push_back(self_signed(one.get()));
    for (auto* matrix : {&named_, &issued_, &equal_, &alike_}) matrix->emplace_back();
    for (const auto& other : given_) {
      named_.back().push_back(names_fit(one.get(), other.get()));
      issued_.back().push_back(issued_by(one.get(), other.get()));
      equal_.back().push_back(one == other);
      const bool of_leaf = one == given_[leaf_] || other == given_[leaf_];
      alike_.back().push_back(of_leaf ? one == other : same_authority(one.get(), other.get()));
    }
  }
  Path path{leaf_};
  walk(path, issued_, alike_, [&](const Path& one) {
    best_ = std::max(best_, worth(one));
    if (!can_be_longer(one)) ++ends_;
    return false;
  });
  ERR_clear_error();
}

Certificates PathOracle::roots() const {
  Certificates found;
  for (std::size_t i = 0; i < given_.size(); ++i) {
    if (self_signed_[i]) found.push_back(given_[i]);
  }
  return found;
}

std::optional<PathOracle::Path> PathOracle::path_of(const Certificates& certificates) const {
  Path path;
  for (const auto& one : certificates) {
    const auto found = std::find_if(given_.begin(), given_.end(), [&](const auto& other) {
      return same(one.get(), other.get());
    });
    if (found == given_.end()) return std::nullopt;
    path.push_back(static_cast<std::size_t>(found - given_.begin()));
  }
  return path;
}

bool PathOracle::leaf_reaches_all() const {
  std::vector<bool> reached(given_.size());
  reached[leaf_] = true;
  for (std::size_t round = 0; round < given_.size(); ++round) {
    for (std::size_t i = 0; i < given_.size(); ++i) {
      for (std::size_t j = 0; j < given_.size(); ++j) {
        if (reached[i] && !self_signed_[i] && issued_[i][j]) reached[j] = true;
      }
    }
  }
  return std::find(reached.begin(), reached.end(), false) == reached.end();
}

bool PathOracle::some_path_verifies(const Certificates& trusted) const {
  Path start{leaf_};
  return walk(start, named_, equal_, [&](const Path& path) {
    const X509* last = given_[path.back()].get();
    const bool at_trusted = std::any_of(trusted.begin(), trusted.end(), [&](const auto& root) {
      return names_fit(last, root.get());
    });
    if (!at_trusted) return false;
    Certificates untrusted;
    for (std::size_t i = 1; i < path.size(); ++i) untrusted.push_back(given_[path[i]]);
    return verifies(given_[leaf_], untrusted, trusted);
  });
}

PathOracle::Worth PathOracle::worth(const Path& path) const {
  bool root = false;
  for (const auto one : path) {
    if (self_signed_[one]) continue;
    for (std::size_t issuer = 0; issuer < given_.size(); ++issuer) {
      root = root || (issued_[one][issuer] && self_signed_[issuer]);
    }
  }
  const auto& issuers = issued_[path.back()];
  const bool issued = !self_signed_[path.back()] &&
                      std::find(issuers.begin(), issuers.end(), true) != issuers.end();
  return {root ? End::root : issued ? End::loop : End::open, path.size()};
}

bool PathOracle::can_be_longer(const Path& path) const {
  for (std::size_t next = 0; next < given_.size(); ++next) {
    if (!issued_[path.back()][next] || self_signed_[next]) continue;
    if (std::none_of(path.begin(), path.end(), [&](auto on) { return alike_[on][next]; })) {
      return true;
    }
  }
  return false;
}

bool PathOracle::walk(Path& path, const Matrix& links, const Matrix& excludes,
                      const std::function<bool(const Path&)>& visit) const {
  if (visit(path)) return true;
  if (self_signed_[path.back()]) return false;
  for (std::size_t next = 0; next < given_.size(); ++next) {
    if (!links[path.back()][next] || self_signed_[next]) continue;
    if (std::any_of(path.begin(), path.end(), [&](auto on) { return excludes[on][next]; })) {
      continue;
    }
    path.push_back(next);
    if (walk(path, links, excludes, visit)) return true;
    path.pop_back();
  }
  return false;
}

}  // namespace certloop::test

#include "hack/localcloud/sm/keys.h"

#include <cstring>  // EVP_EC_gen is a macro that needs it
#include <stdexcept>

#include "hack/localcloud/frame/openssl.h"

namespace localcloud::sm {
namespace {

const char* curve_of(int bits) {
  switch (bits) {
    case 224:
      return "P-224";
    case 256:
      return "P-256";
    case 384:
      return "P-384";
    case 521:
      return "P-521";
    default:
      return nullptr;
  }
}

KeyOwner generate(const KeyWish& wish) {
  if (wish.type == "ed25519") {
    return KeyOwner(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  if (wish.type == "ec") return KeyOwner(EVP_EC_gen(curve_of(wish.bits)));
  return KeyOwner(EVP_RSA_gen(static_cast<unsigned>(wish.bits)));
}

std::string pem_of(EVP_PKEY* key, KeyForm form) {
  const BioOwner bio(BIO_new(BIO_s_mem()));
  const int done =
      form == KeyForm::kTraditional
          ? PEM_write_bio_PrivateKey_traditional(bio.get(), key, nullptr, nullptr, 0, nullptr,
                                                 nullptr)
          : PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  if (done != 1) {
    ERR_clear_error();
    throw std::invalid_argument("a key that cannot be written");
  }
  return written(bio.get());
}

}  // namespace

bool is_known(const KeyWish& wish) {
  if (wish.type == "ed25519") return true;
  if (wish.type == "ec") return curve_of(wish.bits) != nullptr;
  return wish.type == "rsa" &&
         (wish.bits == 2048 || wish.bits == 3072 || wish.bits == 4096 || wish.bits == 8192);
}

std::string make_key(const KeyWish& wish) {
  const KeyOwner key = is_known(wish) ? generate(wish) : nullptr;
  if (!key) throw std::invalid_argument("an unknown kind of key");
  return pem_of(key.get(), KeyForm::kPkcs8);
}

std::string in_form(const std::string& key_pem, KeyForm form) {
  const KeyOwner key = read_key(key_pem);
  return pem_of(key.get(), form);
}

}  // namespace localcloud::sm

#pragma once
#include <string>

// Private keys as PEM texts. All functions throw std::invalid_argument on what OpenSSL refuses; the
// message holds nothing of the input.
namespace localcloud::sm {

struct KeyWish {
  std::string type = "rsa";  // "rsa", "ec" or "ed25519"
  int bits = 2048;           // without meaning to ed25519
};
enum class KeyForm { kTraditional, kPkcs8 };  // "BEGIN RSA PRIVATE KEY" or "BEGIN PRIVATE KEY"

// Whether there are such keys in this service.
bool is_known(const KeyWish& wish);
std::string make_key(const KeyWish& wish);  // PKCS #8
std::string in_form(const std::string& key_pem, KeyForm form);

}  // namespace localcloud::sm

#include "tests/support/pki.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <stdexcept>

namespace test_pki {
namespace {

void check(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("test certificate: ") + what);
}

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Release<Free>>;
using Bio = Owned<BIO, BIO_free>;

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::shared_ptr<X509> shared(X509* x509) {
  check(x509 != nullptr, "no certificate");
  return {x509, X509_free};
}

std::shared_ptr<X509> parse(const std::string& pem) {
  const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return shared(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
}

std::string print(X509* x509) {
  const Bio out(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_X509(out.get(), x509) == 1, "writing it");
  return text_of(out);
}

// PEM text of a key; `cipher` null: in the clear.
std::string print(EVP_PKEY* key, KeyForm form, const EVP_CIPHER* cipher) {
  const std::string password = cipher == nullptr ? "" : "secret";
  const auto* bytes = cipher == nullptr ? nullptr : bytes_of(password);
  const int size = static_cast<int>(password.size());
  const Bio out(BIO_new(BIO_s_mem()));
  switch (form) {
    case KeyForm::pkcs8:
      check(PEM_write_bio_PKCS8PrivateKey(out.get(), key, cipher,
                                          reinterpret_cast<const char*>(bytes), size, nullptr,
                                          nullptr) == 1,
            "writing PKCS#8");
      break;
    case KeyForm::traditional:
      check(PEM_write_bio_PrivateKey_traditional(out.get(), key, cipher, bytes, size, nullptr,
                                                 nullptr) == 1,
            "writing a traditional key");
      break;
  }
  return text_of(out);
}

void set_serial(X509* x509, const std::string& hex) {
  BIGNUM* number = nullptr;
  if (hex.empty()) {
    number = BN_new();
    check(BN_rand(number, 62, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1, "a random serial");
  } else {
    check(BN_hex2bn(&number, hex.c_str()) > 0, "its serial");
  }
  const Owned<BIGNUM, BN_free> owned(number);
  check(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != nullptr, "its serial");
}

void set_time(ASN1_TIME* field, Time time) {
  check(ASN1_TIME_set(field, time.time_since_epoch().count()) != nullptr, "its validity");
}

void set_subject(X509* x509, const Request& request) {
  X509_NAME* name = X509_get_subject_name(x509);
  const auto add = [&](const char* field, const std::string& value) {
    if (value.empty()) return;
    check(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes_of(value),
                                     static_cast<int>(value.size()), -1, 0) == 1,
          "its subject");
  };
  const bool named = !request.name.empty() || request.dns_names.empty();
  add("O", request.organization);
  add("CN", named ? request.name : request.dns_names.front());
}

void add_extension(X509* x509, X509* issuer, int nid, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  check(extension && X509_add_ext(x509, extension.get(), -1) == 1, "an extension");
}

void push(GENERAL_NAMES* names, int type, const std::string& value) {
  ASN1_STRING* text = type == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
  check(ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1, "a name");
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, type, text);
  check(sk_GENERAL_NAME_push(names, name) > 0, "a name");
}

// By hand, not through OpenSSL's configuration strings, which would end at a NUL.
void add_names(X509* x509, const Request& request) {
  if (request.dns_names.empty() && request.ip_addresses.empty()) return;
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
  for (const auto& dns : request.dns_names) push(names.get(), GEN_DNS, dns);
  for (const auto& text : request.ip_addresses) {
    const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> ip(a2i_IPADDRESS(text.c_str()));
    check(ip != nullptr, "an IP address");
    push(names.get(), GEN_IPADD,
         {reinterpret_cast<const char*>(ASN1_STRING_get0_data(ip.get())),
          static_cast<std::size_t>(ASN1_STRING_length(ip.get()))});
  }
  check(X509_add1_ext_i2d(x509, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1,
        "its names");
}

enum class Role { authority, leaf };

// What an authority or a leaf may do, unless the request says something else.
struct Extensions {
  const char* basic_constraints;
  const char* key_usage;
  const char* extended_key_usage;
};

Extensions suiting(Role role) {
  switch (role) {
    case Role::authority:
      return {"critical,CA:TRUE", "critical,keyCertSign,cRLSign", ""};
    case Role::leaf:
      return {"critical,CA:FALSE", "", "serverAuth,clientAuth"};
  }
  return {};
}

// By hand: OpenSSL would understand one that it makes from a configuration string.
void add_unknown_critical(X509* x509) {
  const Owned<ASN1_OBJECT, ASN1_OBJECT_free> oid(OBJ_txt2obj("1.3.6.1.4.1.55555.1", 1));
  const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> value(ASN1_OCTET_STRING_new());
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), 1, value.get()));
  check(extension && X509_add_ext(x509, extension.get(), -1) == 1, "an extension");
}

void add_extensions(X509* x509, X509* issuer, Role role, const Request& request) {
  const auto add = [&](int nid, const std::optional<std::string>& wanted, const char* usual) {
    const std::string value = wanted.value_or(usual);
    if (!value.empty()) add_extension(x509, issuer, nid, value.c_str());
  };
  const Extensions usual = suiting(role);
  add(NID_basic_constraints, request.basic_constraints, usual.basic_constraints);
  add(NID_key_usage, request.key_usage, usual.key_usage);
  add(NID_ext_key_usage, request.extended_key_usage, usual.extended_key_usage);
  add_extension(x509, issuer, NID_subject_key_identifier, "hash");
  add_extension(x509, issuer, NID_authority_key_identifier, "keyid");
  if (request.has_unknown_critical) add_unknown_critical(x509);
}

const EVP_MD* method_of(Digest digest) {
  switch (digest) {
    case Digest::sha256:
      return EVP_sha256();
    case Digest::sha384:
      return EVP_sha384();
    case Digest::sha224:
      return EVP_sha224();
    case Digest::sha1:
      return EVP_sha1();
    case Digest::md5:
      return EVP_md5();
  }
  return nullptr;
}

void sign(X509* x509, const Key& key, Digest digest = Digest::sha256) {
  const bool own_digest =
      EVP_PKEY_is_a(key.handle(), "ED25519") == 1 || EVP_PKEY_is_a(key.handle(), "ED448") == 1;
  check(X509_sign(x509, key.handle(), own_digest ? nullptr : method_of(digest)) > 0, "signing it");
}

Key key_for(const Request& request) {
  return request.key ? *request.key : Key::make(request.key_kind);
}

// `issuer` null: self-signed.
std::shared_ptr<X509> make(const Request& request, Role role, const Key& key,
                           const Identity* issuer) {
  auto x509 = shared(X509_new());
  X509* issuing = issuer == nullptr ? x509.get() : issuer->handle();
  X509_set_version(x509.get(), X509_VERSION_3);
  set_serial(x509.get(), request.serial);
  set_time(X509_getm_notBefore(x509.get()), request.not_before);
  set_time(X509_getm_notAfter(x509.get()), request.not_after);
  set_subject(x509.get(), request);
  check(X509_set_issuer_name(x509.get(), X509_get_subject_name(issuing)) == 1, "its issuer");
  check(X509_set_pubkey(x509.get(), key.handle()) == 1, "its key");
  add_names(x509.get(), request);
  add_extensions(x509.get(), issuing, role, request);
  sign(x509.get(), issuer == nullptr ? key : issuer->key(), request.digest);
  return x509;
}

using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

EVP_PKEY* generated(const KeyContext& context) {
  EVP_PKEY* key = nullptr;
  check(EVP_PKEY_generate(context.get(), &key) == 1, "no key");
  return key;
}

EVP_PKEY* make_rsa_pss() {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr));
  check(EVP_PKEY_keygen_init(context.get()) == 1, "no key");
  return generated(context);
}

EVP_PKEY* make_written_out_ec() {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  check(EVP_PKEY_keygen_init(context.get()) == 1 &&
            EVP_PKEY_CTX_set_group_name(context.get(), "P-256") == 1 &&
            EVP_PKEY_CTX_set_ec_param_enc(context.get(), OPENSSL_EC_EXPLICIT_CURVE) == 1,
        "no key");
  return generated(context);
}

EVP_PKEY* make_dsa() {
  const KeyContext for_parameters(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  check(EVP_PKEY_paramgen_init(for_parameters.get()) == 1 &&
            EVP_PKEY_CTX_set_dsa_paramgen_bits(for_parameters.get(), 1024) == 1,
        "no key");
  const Owned<EVP_PKEY, EVP_PKEY_free> parameters(generated(for_parameters));
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters.get(), nullptr));
  check(EVP_PKEY_keygen_init(context.get()) == 1, "no key");
  return generated(context);
}

}  // namespace

Key Key::make(KeyKind kind) {
  EVP_PKEY* key = nullptr;
  switch (kind) {
    case KeyKind::ec_p256:
      key = EVP_EC_gen("P-256");
      break;
    case KeyKind::ec_p384:
      key = EVP_EC_gen("P-384");
      break;
    case KeyKind::ec_p224:
      key = EVP_EC_gen("P-224");
      break;
    case KeyKind::ec_secp256k1:
      key = EVP_EC_gen("secp256k1");
      break;
    case KeyKind::ec_written_out:
      key = make_written_out_ec();
      break;
    case KeyKind::rsa_2048:
      key = EVP_RSA_gen(2048);
      break;
    case KeyKind::rsa_1024:
      key = EVP_RSA_gen(1024);
      break;
    case KeyKind::rsa_pss:
      key = make_rsa_pss();
      break;
    case KeyKind::ed25519:
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
      break;
    case KeyKind::ed448:
      key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448");
      break;
    case KeyKind::dsa:
      key = make_dsa();
      break;
  }
  check(key != nullptr, "no key");
  return Key({key, EVP_PKEY_free});
}

std::string Key::pem(KeyForm form) const {
  return print(handle(), form, nullptr);
}

std::string Key::encrypted_pem(KeyForm form) const {
  return print(handle(), form, EVP_aes_256_cbc());
}

const Key& RsaKeys::at(std::size_t index) {
  while (keys_.size() <= index) keys_.push_back(Key::make(KeyKind::rsa_2048));
  return keys_[index];
}

std::string Identity::certificate() const {
  return print(handle());
}

std::string Identity::serial() const {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(handle());
  char text[3 * 32] = {};
  std::size_t size = 0;
  check(OPENSSL_buf2hexstr_ex(text, sizeof text, &size, ASN1_STRING_get0_data(serial),
                              static_cast<std::size_t>(ASN1_STRING_length(serial)), ':') == 1,
        "its serial");
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string Identity::subject() const {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(handle()), 0, XN_FLAG_RFC2253);
  return text_of(out);
}

Leaf Leaf::self_signed(const Request& request) {
  const Key key = key_for(request);
  return {make(request, Role::leaf, key, nullptr), key};
}

Authority Authority::self_signed(const Request& request) {
  const Key key = key_for(request);
  return {make(request, Role::authority, key, nullptr), key};
}

Authority Authority::issue_authority(const Request& request) const {
  const Key key = key_for(request);
  return {make(request, Role::authority, key, this), key};
}

Leaf Authority::issue(const Request& request) const {
  const Key key = key_for(request);
  return {make(request, Role::leaf, key, this), key};
}

Authority Authority::cross_sign(const Authority& other) const {
  auto x509 = make({}, Role::authority, other.key(), this);
  X509_set_subject_name(x509.get(), X509_get_subject_name(other.handle()));
  sign(x509.get(), key());
  return {std::move(x509), other.key()};
}

std::string with_damaged_signature(const std::string& certificate_pem) {
  const auto x509 = parse(certificate_pem);
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(x509.get(), &encoded);
  check(size > 0, "encoding it");
  encoded[size - 1] ^= 1;  // the signature stands last
  const unsigned char* position = encoded;
  const auto damaged = shared(d2i_X509(nullptr, &position, size));
  OPENSSL_free(encoded);
  return print(damaged.get());
}

}  // namespace test_pki

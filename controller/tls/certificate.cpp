#include "controller/tls/certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "controller/tls/openssl.h"

namespace certloop::tls {
namespace {

constexpr std::size_t kMaxTextSize = 256;
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr int kNoSuchExtension = -1;  // OpenSSL's word; others stand for "twice" and "damaged"

using Bio = Owned<BIO, BIO_free>;

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// Certificates are other people's text: a log line or a table must survive any of them.
std::string capped(std::string text) {
  if (text.size() > kMaxTextSize) text.replace(kMaxTextSize - 3, std::string::npos, "...");
  return text;
}

std::string printable(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()));
  // RFC 2253 escapes control characters and everything beyond ASCII.
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return "(unreadable)";
  auto text = text_of(out);
  return text.empty() ? "(no name)" : capped(std::move(text));
}

std::string printable(const ASN1_INTEGER* serial) {
  std::string text;
  if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER) text = "-";
  const unsigned char* bytes = ASN1_STRING_get0_data(serial);
  for (int i = 0; i < ASN1_STRING_length(serial); ++i) {
    if (i > 0) text += ':';
    text += kHexDigits[bytes[i] >> 4];
    text += kHexDigits[bytes[i] & 0xf];
  }
  return capped(std::move(text));
}

std::optional<WallTime> wall_time(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{utc.tm_year + 1900},
                                         std::chrono::month(static_cast<unsigned>(utc.tm_mon + 1)),
                                         std::chrono::day(static_cast<unsigned>(utc.tm_mday))};
  return std::chrono::sys_days{date} + std::chrono::hours{utc.tm_hour} +
         std::chrono::minutes{utc.tm_min} + std::chrono::seconds{utc.tm_sec};
}

// Lowercased. Empty for what no host can be called: with a NUL, "good.example\0.evil.example" would
// pass for its beginning, so such a name counts as absent and is never cut.
std::optional<std::string> host_name(std::string name) {
  const auto plain = [](char c) { return c > ' ' && c <= '~'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), plain)) return std::nullopt;
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::vector<std::string> common_name(const X509* x509) {
  const X509_NAME* subject = X509_get_subject_name(x509);
  int last = -1;  // the most specific one stands last
  for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;) last = i;
  if (last < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  if (size < 0) return {};
  auto name = host_name(std::string(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size)));
  OPENSSL_free(utf8);
  return name ? std::vector{std::move(*name)} : std::vector<std::string>{};
}

std::vector<std::string> dns_names(const X509* x509) {
  int critical = 0;
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(x509, NID_subject_alt_name, &critical, nullptr)));
  if (!names) {
    return critical == kNoSuchExtension ? common_name(x509) : std::vector<std::string>{};
  }
  std::vector<std::string> found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
    if (auto host = host_name(std::string(text, size))) found.push_back(std::move(*host));
  }
  return found;
}

// "P-256" where NIST has a word for the curve, else OpenSSL's: "secp256k1".
std::string curve_name(const EVP_PKEY* key) {
  char name[64] = {};
  if (EVP_PKEY_get_group_name(key, name, sizeof name, nullptr) != 1) return "an unknown curve";
  const char* nist = EC_curve_nid2nist(OBJ_sn2nid(name));
  return nist != nullptr ? nist : name;
}

bool is_curve_written_out(const EVP_PKEY* key) {
  int written_out = 0;
  return EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                                &written_out) != 1 ||
         written_out != 0;
}

}  // namespace

void Certificate::Free::operator()(x509_st* x509) const noexcept {
  X509_free(x509);
}

Certificate::Certificate(std::unique_ptr<x509_st, Free> x509) : x509_(std::move(x509)) {}

std::optional<Certificate> Certificate::from_der(const SecretBytes& der) {
  const auto bytes = der.reveal();
  const auto* position = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = position + bytes.size();
  Certificate certificate{std::unique_ptr<x509_st, Free>(
      d2i_X509(nullptr, &position, static_cast<long>(bytes.size())))};
  if (!certificate.x509_ || position != end) return std::nullopt;
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(certificate.handle(), &encoded);
  if (size <= 0) return std::nullopt;
  certificate.der_.assign(reinterpret_cast<char*>(encoded), static_cast<std::size_t>(size));
  OPENSSL_free(encoded);
  return certificate;
}

std::string Certificate::pem() const {
  const Bio out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_X509(out.get(), handle()) != 1) return {};
  return text_of(out);
}

std::optional<LeafFacts> Certificate::facts() const {
  const auto begin = wall_time(X509_get0_notBefore(handle()));
  const auto end = not_after();
  if (!begin || !end) return std::nullopt;
  return LeafFacts{.subject = printable(X509_get_subject_name(handle())),
                   .serial = printable(X509_get0_serialNumber(handle())),
                   .not_before = *begin,
                   .not_after = *end,
                   .dns_names = dns_names(handle())};
}

std::optional<WallTime> Certificate::not_after() const {
  return wall_time(X509_get0_notAfter(handle()));
}

KeyFacts Certificate::key() const {
  const EVP_PKEY* key = X509_get0_pubkey(handle());
  if (key == nullptr) return {.name = "of an unknown type"};
  const int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return {.type = v1::KeyType::rsa, .name = "RSA", .bits = bits};
    case EVP_PKEY_EC:
      if (is_curve_written_out(key))
        return {.name = "ECDSA on a curve without a name", .bits = bits};
      return {.type = v1::KeyType::ecdsa, .name = "ECDSA on " + curve_name(key), .bits = bits};
    case EVP_PKEY_ED25519:
      return {.type = v1::KeyType::ed25519, .name = "Ed25519", .bits = bits};
    default: {
      const char* name = EVP_PKEY_get0_type_name(key);
      return {.name = name != nullptr ? name : "of an unknown type", .bits = bits};
    }
  }
}

UsageFacts Certificate::usage() const {
  // Where there is no such extension OpenSSL answers with every bit set.
  const auto key_usage = X509_get_key_usage(handle());
  const auto extended = X509_get_extended_key_usage(handle());
  const auto flags = X509_get_extension_flags(handle());
  return {.is_authority = (flags & EXFLAG_CA) != 0,
          .may_sign = (key_usage & KU_DIGITAL_SIGNATURE) != 0,
          .may_encipher = (key_usage & KU_KEY_ENCIPHERMENT) != 0,
          .may_serve = (extended & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0,
          .extensions_understood = (flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) == 0};
}

SignatureFacts Certificate::signature() const {
  int strength = 0;
  const bool known =
      X509_get_signature_info(handle(), nullptr, nullptr, &strength, nullptr) == 1 && strength > 0;
  const char* algorithm = OBJ_nid2ln(X509_get_signature_nid(handle()));
  return {.subject = printable(X509_get_subject_name(handle())),
          .algorithm = algorithm != nullptr ? algorithm : "an unknown algorithm",
          .strength = known ? strength : 0};
}

std::string Certificate::issuer() const {
  return printable(X509_get_issuer_name(handle()));
}

bool Certificate::is_authority() const {
  return X509_check_ca(handle()) != 0;
}

bool Certificate::issued_by(const Certificate& candidate) const {
  const X509_NAME* issuer = X509_get_issuer_name(handle());
  if (X509_NAME_cmp(issuer, X509_get_subject_name(candidate.handle())) != 0) return false;
  EVP_PKEY* key = X509_get0_pubkey(candidate.handle());
  return key != nullptr && X509_verify(handle(), key) == 1;
}

bool Certificate::same_authority(const Certificate& other) const {
  const X509_NAME* subject = X509_get_subject_name(handle());
  if (X509_NAME_cmp(subject, X509_get_subject_name(other.handle())) != 0) return false;
  return X509_PUBKEY_eq(X509_get_X509_PUBKEY(handle()), X509_get_X509_PUBKEY(other.handle())) == 1;
}

Read<std::vector<Certificate>> read_certificates(std::string_view pem) {
  const auto blocks = read_pem(pem, Outside::comments);
  if (!blocks) return unreadable(blocks.error());
  if (blocks->empty()) return unreadable("holds no PEM block");
  std::vector<Certificate> certificates;
  for (const auto& block : *blocks) {
    if (block.label != "CERTIFICATE") return unreadable("holds a PEM block of another kind");
    auto certificate = Certificate::from_der(block.der);
    if (!certificate) return unreadable("holds a block that is no certificate");
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

}  // namespace certloop::tls

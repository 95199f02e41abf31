#pragma once
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "controller/core/secret_bytes.h"

// PEM text -> blocks. Ours instead of OpenSSL's reader: that one skips what it does not understand,
// may ask for a password, and leaves copies of the key in memory.
namespace certloop::tls {

// The error completes the sentence "<the text> …". It is a literal, so it cannot carry bytes.
template <class T>
using Read = tl::expected<T, const char*>;

inline tl::unexpected<const char*> unreadable(const char* why) {
  return tl::make_unexpected(why);
}

// What may stand before, between and after the blocks, besides whitespace.
enum class Outside {
  nothing,
  comments,  // lines such as "subject=…", which openssl's tools write
};

// Views point into the text that was read.
struct PemBlock {
  std::string_view label{};  // "CERTIFICATE"
  std::string_view body{};   // what stands between the BEGIN and the END line
  bool encrypted = false;    // says so itself; der is empty then
  SecretBytes der{};
};

// All blocks in order; none is no error. Line ends may be LF or CRLF, the last one may be missing,
// lines may be indented and of any length. Caps (kMaxPemBytes, kMaxCertificates blocks) are checked
// before anything is decoded; NUL bytes are refused.
Read<std::vector<PemBlock>> read_pem(std::string_view text, Outside outside);

// The block as text again: its own label and lines, LF, one final newline.
SecretBytes clean_text(const PemBlock& block);

bool is_blank(std::string_view text);

}  // namespace certloop::tls

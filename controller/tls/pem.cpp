#include "controller/tls/pem.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "controller/tls/bundle.h"

namespace certloop::tls {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The next line without its surrounding whitespace; `rest` moves behind it.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return trimmed(line);
}

// "-----BEGIN X-----" -> "X"
std::optional<std::string_view> label_in(std::string_view line, std::string_view start) {
  if (line.size() <= start.size() + kDashes.size()) return std::nullopt;
  if (!line.starts_with(start) || !line.ends_with(kDashes)) return std::nullopt;
  const auto label = line.substr(start.size(), line.size() - start.size() - kDashes.size());
  if (label.find('-') != std::string_view::npos) return std::nullopt;
  return label;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

// Appends to `bytes`, which has room for all of it; false when `text` is not base64.
bool decode_base64(std::string_view text, std::string& bytes) {
  std::uint32_t window = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (kSpace.find(c) != std::string_view::npos) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0 || padding > 0) return false;
    window = window << 6 | static_cast<std::uint32_t>(digit);
    ++digits;
    // Four digits hold three bytes; each digit but a quartet's first completes one.
    const auto spare = 6 - 2 * ((digits - 1) % 4);
    if (spare < 6) bytes.push_back(static_cast<char>(window >> spare & 0xff));
  }
  return digits > 0 && padding <= 2 && (digits + padding) % 4 == 0;
}

std::optional<SecretBytes> decoded(std::string_view body) {
  std::string bytes;
  bytes.reserve(body.size());  // one buffer: growing would leave copies of a key behind
  const bool sound = decode_base64(body, bytes);
  SecretBytes der(std::move(bytes));
  if (!sound) return std::nullopt;
  return der;
}

// RFC 1421's header of an encrypted key: "Proc-Type: 4,ENCRYPTED".
bool says_encrypted(std::string_view line) {
  return line.starts_with("Proc-Type:") && line.find("ENCRYPTED") != std::string_view::npos;
}

// From behind the BEGIN line; `rest` moves behind the END line.
Read<PemBlock> read_block(std::string_view label, std::string_view& rest) {
  PemBlock block{.label = label, .body = rest};
  block.encrypted = label == "ENCRYPTED PRIVATE KEY";
  for (;;) {
    if (rest.empty()) return unreadable("ends in the middle of a PEM block");
    const auto length = block.body.size() - rest.size();
    const auto line = take_line(rest);
    if (const auto end = label_in(line, kEnd)) {
      if (*end != label) return unreadable("holds a PEM block that ends as another kind");
      block.body = block.body.substr(0, length);
      break;
    }
    block.encrypted = block.encrypted || says_encrypted(line);
  }
  if (block.encrypted) return block;
  auto der = decoded(block.body);
  if (!der) return unreadable("holds a damaged PEM block");
  block.der = std::move(*der);
  return block;
}

}  // namespace

Read<std::vector<PemBlock>> read_pem(std::string_view text, Outside outside) {
  if (text.size() > kMaxPemBytes) return unreadable("is larger than 1 MiB");
  if (text.find('\0') != std::string_view::npos) return unreadable("holds a NUL byte");
  std::vector<PemBlock> blocks;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.empty()) continue;
    const auto label = label_in(line, kBegin);
    if (!label) {
      // A marker that is not a whole line would hide a block among the comments.
      const bool marker = line.find(kDashes) != std::string_view::npos;
      if (outside == Outside::comments && !marker) continue;
      return unreadable("holds text that is not PEM");
    }
    if (blocks.size() == kMaxCertificates) return unreadable("holds more than 64 PEM blocks");
    auto block = read_block(*label, text);
    if (!block) return unreadable(block.error());
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

SecretBytes clean_text(const PemBlock& block) {
  std::string text;
  const auto markers = kBegin.size() + kEnd.size() + 2 * (kDashes.size() + 1);
  text.reserve(block.body.size() + 2 * block.label.size() + markers + 1);
  text.append(kBegin).append(block.label).append(kDashes).push_back('\n');
  for (auto rest = block.body; !rest.empty();) {
    const auto line = take_line(rest);
    if (!line.empty()) text.append(line).push_back('\n');
  }
  text.append(kEnd).append(block.label).append(kDashes).push_back('\n');
  return SecretBytes(std::move(text));
}

bool is_blank(std::string_view text) {
  return trimmed(text).empty();
}

}  // namespace certloop::tls

#include "api/v1/internal/wording.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace certloop::v1::internal {
namespace {

constexpr std::size_t kMaxQuoted = 60;
constexpr std::size_t kMaxCompared = 64;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Edit distance without regard to case, where swapping two neighbours is one edit.
std::size_t distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, kMaxCompared + 1>;
  Row before{};
  Row last{};
  Row row{};
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, row);
  }
  return last[b.size()];
}

// Short words are near only by one edit: "to" must not become "id".
std::size_t tolerance(std::size_t length) {
  return length <= 3 ? 1 : std::max<std::size_t>(2, length / 3);
}

// PEM, or the shape of an IBM Cloud API key: somebody has pasted it where it does not belong.
bool may_be_secret(std::string_view text) {
  constexpr std::size_t kApiKeyLength = 44;
  if (text.find("-----BEGIN") != std::string_view::npos) return true;
  return text.size() == kApiKeyLength && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

}  // namespace

std::string printable(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (may_be_secret(text)) return "(not shown: may be a secret)";
  std::string out;
  for (const char c : text.substr(0, kMaxQuoted)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return text.size() > kMaxQuoted ? out + "..." : out;
}

std::string quoted(std::string_view text) {
  return "'" + printable(text) + "'";
}

std::string alternatives(Words words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += quoted(words[i]);
  }
  return out;
}

std::string_view nearest(std::string_view word, Words words) {
  if (word.size() > kMaxCompared) return {};
  std::string_view best;
  std::size_t best_distance = tolerance(word.size()) + 1;
  for (const std::string_view candidate : words) {
    if (candidate.size() > kMaxCompared) continue;
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, Words words) {
  const std::string_view best = nearest(word, words);
  return best.empty() ? std::string() : "did you mean " + quoted(best) + "?";
}

std::string near_or_all(std::string_view word, Words words) {
  std::string hint = did_you_mean(word, words);
  return hint.empty() && !words.empty() ? "allowed: " + alternatives(words) : hint;
}

}  // namespace certloop::v1::internal

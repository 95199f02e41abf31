#include <sstream>

#include "tests/unit/tls/support.h"

namespace certloop::tls {
namespace {

constexpr const char* kBegin = "-----BEGIN CERTIFICATE-----\n";
constexpr const char* kEnd = "-----END CERTIFICATE-----\n";

std::string block(const std::string& body) {
  return kBegin + body + kEnd;
}

// What stands between the markers, in lines of another width, each ended by `end`.
std::string rewrapped(const std::string& pem, std::size_t width, const std::string& end) {
  std::istringstream lines(pem);
  std::string body;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("-----") == std::string::npos) body += line;
  }
  std::string text = "-----BEGIN CERTIFICATE-----" + end;
  for (std::size_t at = 0; at < body.size(); at += width) text += body.substr(at, width) + end;
  return text + "-----END CERTIFICATE-----" + end;
}

TEST_CASE("however a certificate was written, it is handed on in canonical form") {
  const World world;
  const auto leaf = world.leaf.certificate();
  struct Case {
    const char* name;
    std::string text;
  };
  const Case cases[] = {
      {"canonical already", leaf},
      {"CRLF", rewrapped(leaf, 64, "\r\n")},
      {"one long line", rewrapped(leaf, 100'000, "\n")},
      {"short lines", rewrapped(leaf, 7, "\n")},
      {"an empty line after each", rewrapped(leaf, 76, "\n\n")},
      {"whitespace at line ends", rewrapped(leaf, 64, " \t\n")},
      {"indented", rewrapped(leaf, 64, "\n    ")},
      {"no final newline", leaf.substr(0, leaf.size() - 1)},
      {"whitespace around", "\n\n \t" + leaf + "\r\n\n"},
      {"comments around", "# pay\nsubject=CN = a.example\n" + leaf + "the end"},
      {"umlauts in a comment",
       "subject=O = B\xc3\xbc"
       "cher\n" +
           leaf},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    CHECK(bundle_of(payload(one.text)).certificate == leaf);
  }
}

TEST_CASE("a certificate text that is not certificates throughout is refused with the reason") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto body = leaf.substr(28, leaf.size() - 28 - 26);
  REQUIRE(block(body) == leaf);
  const auto as = [&](const std::string& label) {
    return "-----BEGIN " + label + "-----\n" + body + "-----END " + label + "-----\n";
  };
  struct Case {
    const char* name;
    std::string text;
    std::string message;
  };
  const char* other = "holds a PEM block of another kind";
  const char* damaged = "holds a damaged PEM block";
  const char* cut = "ends in the middle of a PEM block";
  const char* no_pem = "holds text that is not PEM";
  const char* no_certificate = "holds a block that is no certificate";
  std::string many;
  for (int i = 0; i < 65; ++i) many += leaf;
  const Case cases[] = {
      {"nothing", "", "is empty"},
      {"whitespace", " \r\n", "is empty"},
      {"words", "none yet", "holds no PEM block"},
      {"a trusted certificate", as("TRUSTED CERTIFICATE"), other},
      {"the old label", as("X509 CERTIFICATE"), other},
      {"a request", as("CERTIFICATE REQUEST"), other},
      {"PKCS#7", as("PKCS7"), other},
      {"a private key", world.leaf.private_key(), other},
      {"a private key behind it", leaf + world.leaf.private_key(), other},
      {"an encrypted key behind it", leaf + world.leaf.key().encrypted_pem(), other},
      {"lowercase label", as("certificate"), other},
      {"no END", kBegin + body, cut},
      {"BEGIN alone", kBegin, cut},
      {"BEGIN alone, no newline", "-----BEGIN CERTIFICATE-----", cut},
      {"END of another kind", kBegin + body + "-----END PRIVATE KEY-----\n",
       "holds a PEM block that ends as another kind"},
      {"END alone", leaf + kEnd, no_pem},
      {"BEGIN within a block", kBegin + leaf, damaged},
      {"two blocks on one line", leaf.substr(0, leaf.size() - 1) + leaf, damaged},
      {"BEGIN within a comment", "x" + leaf, no_pem},
      {"a BEGIN with a dash too few", "-----BEGIN CERTIFICATE----\n" + body + kEnd, no_pem},
      {"an empty block", block(""), damaged},
      {"padding alone", block("====\n"), damaged},
      {"no base64", block("$$$$\n"), damaged},
      {"URL-safe base64", block("AA-_\n"), damaged},
      {"a digit too few", block("AAAAA\n"), damaged},
      {"missing padding", block("AAAAAA\n"), damaged},
      {"padding in the middle", block("AA==AAAA\n"), damaged},
      {"a header", block("Comment: x\n\n" + body), damaged},
      {"no DER", block("AAAA\n"), no_certificate},
      {"another DER", block("MAMCAQE=\n"), no_certificate},
      {"cut off DER", block(body.substr(0, 64) + "\n"), no_certificate},
      {"a NUL byte", leaf + std::string(1, '\0'), "holds a NUL byte"},
      {"a NUL byte within", "x" + std::string(1, '\0') + "\n" + leaf, "holds a NUL byte"},
      {"too large", leaf + std::string(kMaxPartBytes, '\n'), "is larger than 100,000 bytes"},
      {"too many blocks", many, "holds more than 64 PEM blocks"},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    const auto as_certificate = inspect(payload(one.text));
    REQUIRE_FALSE(as_certificate);
    CHECK(as_certificate.error().code == ErrorCode::corrupt);
    CHECK(as_certificate.error().message == "the certificate " + one.message);
    if (one.message == "is empty") continue;  // no issuers is nothing bad
    const auto as_issuer = inspect(payload(leaf, {world.inner.certificate(), one.text}));
    REQUIRE_FALSE(as_issuer);
    CHECK(as_issuer.error().message == "an issuer's certificate " + one.message);
  }
}

TEST_CASE("a text of the greatest size and number is still read") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto largest = leaf + std::string(kMaxPartBytes - leaf.size(), '\n');
  CHECK(inspect(payload(largest)));
  CHECK(inspect(payload(largest, {largest, largest, largest, largest})));
  std::string most;
  for (std::size_t i = 0; i < kMaxCertificates; ++i) most += leaf;
  CHECK(inspect(payload(most)));
}

TEST_CASE("the certificates of all texts count together") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const Texts issuers(kMaxCertificates - 1, world.inner.certificate());
  CHECK(inspect(payload(leaf, issuers)));
  const auto bundle = inspect(payload(leaf + leaf, issuers));
  REQUIRE_FALSE(bundle);
  CHECK(bundle.error().code == ErrorCode::corrupt);
  CHECK(bundle.error().message == "an issuer's certificate brings the source over 64 certificates");
}

TEST_CASE("the texts of a source have a size together, too") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto large = leaf + std::string(kMaxPartBytes - leaf.size(), '\n');
  const auto bundle = inspect(payload(large, {large, large, large, large, leaf}));
  REQUIRE_FALSE(bundle);
  CHECK(bundle.error().message == "an issuer's certificate brings the source over 500,000 bytes");
}

// What is written must be readable again: else it would differ from itself for ever.
TEST_CASE("whatever passes the caps has a fingerprint when it is written") {
  Texts names;
  for (int i = 0; i < 1400; ++i) {
    names.push_back("host-with-a-rather-long-name-" + std::to_string(i) + ".example");
  }
  const auto root = Authority::self_signed({.name = "Root"});
  auto last = root;
  Texts issuers;
  std::size_t size = 0;
  while (true) {
    last = last.issue_authority(
        {.name = "Inter " + std::to_string(issuers.size()), .dns_names = names});
    size += last.certificate().size();
    if (size > kMaxSourceBytes - kMaxPartBytes) break;
    issuers.push_back(last.certificate());
  }
  const auto leaf = last.issue({.dns_names = names});
  issuers.push_back(last.certificate());
  const auto bundle = bundle_of(payload(leaf.certificate(), issuers, leaf.private_key()));
  const auto written = bundle.part(v1::Part::fullchain);
  CHECK(written.size() > 350'000);
  CHECK(fingerprint(written));
}

TEST_CASE("no single changed character slips into a bundle") {
  const World world;
  const auto leaf = world.leaf.certificate();
  const auto source = leaf + world.inner.certificate();
  const auto key = world.leaf.private_key();
  for (std::size_t at = 0; at < source.size(); at += 11) {
    for (const char c : {'A', 'z', '=', '-', '\n', '\x80'}) {
      INFO("at " << at << " character " << static_cast<int>(c));
      auto text = source;
      text[at] = c;
      const auto bundle = inspect(payload(text, {}, key));
      if (!bundle) {
        CHECK(bundle.error().code == ErrorCode::corrupt);
      } else if (bundle->certificate != leaf || bundle->chain.empty()) {
        CHECK_FALSE(bundle->facts.missing_issuer.empty());
      }
    }
  }
}

}  // namespace
}  // namespace certloop::tls

#include "tests/simulation/certificates.h"

#include <sstream>

#include "tests/simulation/timeline.h"
#include "tests/support/pki.h"

namespace certloop::simulation {
namespace {

using namespace std::chrono_literals;
using test_pki::Authority;
using test_pki::Request;

constexpr auto kDay = 24h;

// Makes the versions of one source.
class Issuer {
 public:
  explicit Issuer(std::string source) : source_(std::move(source)) {}

  Certificate issue(const std::string& name, Request request = {}) const {
    request.dns_names = {source_ + ".example.com"};
    const auto leaf = inter_.issue(request);
    return {source_ + "/" + name,
            leaf.certificate(),
            inter_.certificate(),
            leaf.private_key(),
            {inter_.certificate(), root_.certificate()},
            true,
            request.not_before,
            request.not_after};
  }

  // Every kind of version there is; reverting is publishing one of them again.
  std::vector<Certificate> all() const {
    const auto key = test_pki::Key::make();
    const WallTime start = Timeline::kFirstDay;
    std::vector<Certificate> made;
    for (const char* name : {"new-key-1", "new-key-2"}) made.push_back(issue(name));
    made.push_back(issue("ends-on-day-70", {.not_after = start + 70 * kDay}));
    made.push_back(issue("ends-on-day-80", {.not_after = start + 80 * kDay}));
    made.push_back(issue("same-key-1", {.key = key}));
    made.push_back(issue("same-key-2", {.key = key}));
    made.push_back(issue("same-serial-and-dates-1", {.serial = "0a1b2c"}));
    made.push_back(issue("same-serial-and-dates-2", {.serial = "0a1b2c"}));
    made.push_back(issue("ends-on-day-9", {.not_after = start + 9 * kDay}));
    made.push_back(issue("begins-on-day-14", {.not_before = start + 14 * kDay}));
    made.push_back(issue("begins-on-day-21", {.not_before = start + 21 * kDay}));
    made.push_back(issue("expired", {.not_after = start - kDay}));
    made.push_back(mismatch());
    made.push_back(gap());
    return made;
  }

 private:
  Certificate mismatch() const {
    Certificate bad = issue("key-mismatch");
    bad.private_key = test_pki::Key::make().pem();
    bad.sound = false;
    return bad;
  }
  // What was given belongs to another house.
  Certificate gap() const {
    Certificate bad = issue("chain-gap");
    const auto other = Authority::self_signed({.name = "Other root"});
    bad.issuers = {other.issue_authority({.name = "Other"}).certificate(), other.certificate()};
    bad.chain.clear();
    bad.sound = false;
    return bad;
  }

  std::string source_;
  Authority root_ = Authority::self_signed({.name = "Root"});
  Authority inter_ = root_.issue_authority({.name = "Inter"});
};

void add_canaries(const std::string& pem, std::vector<std::string>& all) {
  std::istringstream lines(pem);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("-----", 0) != 0 && line.size() >= 20) all.push_back(line.substr(0, 20));
  }
}

}  // namespace

Texts Certificate::texts(const v1::Target& target) const {
  Texts all;
  for (const auto& [key, part] : *target.data) {
    std::string text;
    switch (part) {
      case v1::Part::certificate:
        text = leaf;
        break;
      case v1::Part::chain:
        text = chain;
        break;
      case v1::Part::fullchain:
        text = leaf + chain;
        break;
      case v1::Part::private_key:
        text = private_key;
        break;
    }
    if (!text.empty()) all.emplace(key, std::move(text));
  }
  return all;
}

Certificates::Certificates() : stranger_(Issuer("stranger").issue("pair")) {
  canaries_.emplace_back("PRIVATE KEY");
  for (std::size_t i = 0; i < kSources; ++i) {
    all_.push_back(Issuer("source" + std::to_string(i)).all());
    for (const Certificate& one : all_.back()) add_canaries(one.private_key, canaries_);
  }
  add_canaries(stranger_.private_key, canaries_);
}

}  // namespace certloop::simulation

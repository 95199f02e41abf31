// The contract of SecretSource.
#include <chrono>

#include "tests/contract/world.h"
#include "tests/support/catch.h"
#include "tests/support/pki.h"

namespace certloop::test {
namespace {

// A certificate that ends in some hours.
Material issue() {
  const auto root = test_pki::Authority::self_signed({.name = "Root"});
  const auto inter = root.issue_authority({.name = "Inter"});
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto leaf =
      inter.issue({.dns_names = {"pay.example.com"}, .not_after = now + std::chrono::hours(23)});
  return {leaf.certificate(), {inter.certificate()}, leaf.private_key(), ""};
}

SourcePayload payload(Result<FetchedSource> fetched) {
  INFO((fetched ? std::string() : fetched.error().message));
  REQUIRE(fetched);
  REQUIRE(std::holds_alternative<SourcePayload>(*fetched));
  return std::move(std::get<SourcePayload>(*fetched));
}

// A service may end lines in its own way.
std::string with_plain_lines(std::string_view pem) {
  std::string text(pem);
  std::erase(text, '\r');
  return text;
}

void check_same(const SourcePayload& got, const Material& put) {
  CHECK(with_plain_lines(got.certificate) == put.certificate);
  std::vector<std::string> issuers;
  for (const std::string& issuer : got.issuers) issuers.push_back(with_plain_lines(issuer));
  CHECK(issuers == put.issuers);
  CHECK(with_plain_lines(got.private_key.reveal()) == put.private_key);
}

template <class T>
bool is(const Result<FetchedSource>& fetched) {
  return fetched && std::holds_alternative<T>(*fetched);
}

}  // namespace

TEMPLATE_TEST_CASE("a source gives the whole certificate, by id and by name", "", OnTheFake,
                   OnTheAdapters) {
  TestType on;
  const auto put = issue();
  const auto secret = on.world->import("pay", put);
  check_same(payload(on.world->source().fetch(secret.by_id, on.world->deadline())), put);
  check_same(payload(on.world->source().fetch(secret.by_name, on.world->deadline())), put);
}

TEMPLATE_TEST_CASE("a source without a private key gives none", "", OnTheFake, OnTheAdapters) {
  TestType on;
  auto put = issue();
  put.private_key.clear();
  const auto secret = on.world->import("pay", put);
  check_same(payload(on.world->source().fetch(secret.by_id, on.world->deadline())), put);
}

TEMPLATE_TEST_CASE("a rotated source gives the new certificate, by id under another version", "",
                   OnTheFake, OnTheAdapters) {
  TestType on;
  const auto secret = on.world->import("pay", issue());
  const auto before = payload(on.world->source().fetch(secret.by_id, on.world->deadline()));
  const auto put = issue();
  on.world->rotate(secret, put);
  const auto after = payload(on.world->source().fetch(secret.by_id, on.world->deadline()));
  check_same(after, put);
  CHECK_FALSE(before.version.empty());
  CHECK_FALSE(after.version.empty());
  CHECK(before.version != after.version);
  check_same(payload(on.world->source().fetch(secret.by_name, on.world->deadline())), put);
}

TEMPLATE_TEST_CASE("a source that does not exist is a value", "", OnTheFake, OnTheAdapters) {
  TestType on;
  const auto secret = on.world->import("pay", issue());
  const auto nobody = on.world->nobody();
  CHECK(is<SourceMissing>(on.world->source().fetch(nobody.by_id, on.world->deadline())));
  CHECK(is<SourceMissing>(on.world->source().fetch(nobody.by_name, on.world->deadline())));
  on.world->remove(secret);
  CHECK(is<SourceMissing>(on.world->source().fetch(secret.by_id, on.world->deadline())));
  CHECK(is<SourceMissing>(on.world->source().fetch(secret.by_name, on.world->deadline())));
}

TEMPLATE_TEST_CASE("a source with nothing to read is a value that says why", "", OnTheFake,
                   OnTheAdapters) {
  TestType on;
  const auto secret = on.world->import("pay", issue());
  on.world->destroy(secret);
  for (const auto& address : {secret.by_id, secret.by_name}) {
    const auto fetched = on.world->source().fetch(address, on.world->deadline());
    // A service may answer to the name as if there were no such secret.
    if (address.id.empty() && is<SourceMissing>(fetched)) continue;
    REQUIRE(is<SourceUnreadable>(fetched));
    CHECK_FALSE(std::get<SourceUnreadable>(*fetched).why.empty());
  }
}

TEMPLATE_TEST_CASE("a source that gives no answer is unavailable, never missing", "", OnTheFake,
                   OnTheAdapters) {
  TestType on;
  const auto secret = on.world->import("pay", issue());
  on.world->refuse_next(Call::read_source);
  const auto fetched = on.world->source().fetch(secret.by_id, on.world->deadline());
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == ErrorCode::unavailable);
  CHECK(is<SourcePayload>(on.world->source().fetch(secret.by_id, on.world->deadline())));
}

}  // namespace certloop::test

#include "controller/engine/intake.h"

#include "tests/support/catch.h"
#include "tests/support/fakes_binding.h"

namespace certloop {
namespace {

using Ids = std::vector<std::string>;

constexpr const char* kPay = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909";
constexpr const char* kEdge = "11111111-7a90-410b-a3a7-a15bbe2b7909";
constexpr const char* kHere = "7c2e0000-0000-4000-8000-000000000001";
constexpr const char* kThere = "7c2e0000-0000-4000-8000-000000000002";

std::shared_ptr<const v1::Binding> from(std::string id, v1::Source source,
                                        std::string instance = kHere) {
  source.manager = v1::Service{"main", {}, std::move(instance)};
  return std::make_shared<const v1::Binding>(
      test::binding_of(std::move(id), {test::tls_target()}, std::move(source)));
}

}  // namespace

TEST_CASE("a hint finds the bindings that it may mean") {
  const Intake intake({
      from("by-id", test::source_by_id(kPay)),
      from("by-id-too", test::source_by_id(kPay)),
      from("by-id-elsewhere", test::source_by_id(kPay), kThere),
      from("by-id-anywhere", test::source_by_id(kPay), ""),
      from("other-id", test::source_by_id(kEdge)),
      from("by-name", test::source_by_name("pay")),
      from("by-name-in-group", test::source_by_name("pay", "payments")),
      from("by-name-public", test::source_by_name("pay", "default", v1::SecretType::public_cert)),
      from("by-other-name", test::source_by_name("edge")),
  });
  struct Case {
    const char* fact;
    std::vector<SecretHint> hints;
    Ids found;
  };
  const std::vector<Case> cases = {
      {"by id, type and name",
       {{kHere, kPay, "imported_cert", "pay"}},
       {"by-id", "by-id-anywhere", "by-id-too", "by-name", "by-name-in-group"}},
      {"an instance that is not told may be any",
       {{"", kPay, "public_cert", "x"}},
       {"by-id", "by-id-anywhere", "by-id-elsewhere", "by-id-too"}},
      {"another instance",
       {{kThere, kPay, "public_cert", "x"}},
       {"by-id-anywhere", "by-id-elsewhere"}},
      {"by name and type alone",
       {{kHere, kEdge, "public_cert", "pay"}},
       {"by-name-public", "other-id"}},
      {"a type that is not told may be any",
       {{kHere, "x", "", "pay"}},
       {"by-name", "by-name-in-group", "by-name-public"}},
      {"a name that is not told may be any",
       {{kHere, "x", "imported_cert", ""}},
       {"by-name", "by-name-in-group", "by-other-name"}},
      {"an id that is not told may be any",
       {{kHere, "", "public_cert", "nobody"}},
       {"by-id", "by-id-anywhere", "by-id-too", "other-id"}},
      {"an unknown secret", {{kHere, "x", "imported_cert", "nobody"}}, {}},
      {"a test event's random secret", {{kHere, "x", "test_secret_type", "test_secret_name"}}, {}},
      {"no secrets", {}, {}},
      {"several, and each binding once",
       {{kHere, kEdge, "t", "n"}, {kHere, kEdge, "t", "n"}, {kThere, kPay, "t", "n"}},
       {"by-id-anywhere", "by-id-elsewhere", "other-id"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      CHECK(intake.find(c.hints) == c.found);
    }
  }
}

TEST_CASE("an intake without bindings finds nothing") {
  CHECK(Intake().find({{kHere, kPay, "imported_cert", "pay"}}).empty());
}

TEST_CASE("sample defect 3: every secret of a notification wakes its binding") {
  Intake::Bindings bindings;
  std::vector<SecretHint> hints;
  for (int i = 0; i < 100; ++i) {
    const std::string id = "secret-" + std::to_string(i);
    bindings.push_back(from("b" + std::to_string(i), test::source_by_id(id)));
    hints.push_back({kHere, id, "imported_cert", "n"});
  }
  CHECK(Intake(bindings).find(hints).size() == 100);
  CHECK(Intake(bindings).find({}).empty());
}

}  // namespace certloop

#include "api/v1/load.h"

#include "tests/support/catch.h"

namespace certloop::v1 {
namespace {

std::vector<std::string> faults_of(const std::vector<SourceText>& texts) {
  std::vector<std::string> lines;
  const auto loaded = load(texts);
  if (loaded) return lines;
  for (const Fault& fault : loaded.error()) lines.push_back(to_string(fault));
  return lines;
}

SourceText text(const std::string& name, const std::string& spec) {
  return {name, "apiVersion: certloop.dev/v1\nkind: CertificateMapping\nmetadata: { name: " +
                    name.substr(0, name.find('.')) + " }\nspec:\n" + spec};
}

constexpr const char* kScope =
    "  secretsManagers: { main: { url: \"https://example.com\" } }\n"
    "  projects: { shop: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, region: eu-de } }\n";

const std::string kId = "0cf4addb-7a90-410b-a3a7-a15bbe2b7909";

std::string mapping(const std::string& name, const std::string& manager, const std::string& to) {
  return "    - { name: " + name + ", from: { secretsManager: " + manager + ", id: " + kId +
         " }, to: [ { " + to + " } ] }\n";
}

TEST_CASE("faults of the text and of its references come together, in the order of the text") {
  const auto faults =
      faults_of({text("a.yaml", std::string("  resync: 1s\n") + kScope + "  mappings:\n" +
                                    mapping("one", "mian", "project: shop, secret: x") +
                                    mapping("two", "main", "proejct: shop, secret: y") +
                                    mapping("three", "main", "project: shpo, secret: z"))});
  REQUIRE(faults.size() == 4);
  CHECK(faults[0].find("a.yaml:5:") == 0);  // resync
  CHECK(faults[1].find("a.yaml:9:") == 0);  // mian
  CHECK(faults[2].find("a.yaml:10:") == 0);
  CHECK(faults[3].find("a.yaml:11:") == 0);
  CHECK(faults[1].find("main") != std::string::npos);
}

TEST_CASE("two writers are told beside a fault of another file") {
  const std::string twice = std::string(kScope) + "  mappings:\n" +
                            mapping("one", "main", "project: shop, secret: x") +
                            mapping("two", "main", "project: shop, secret: x");
  const auto faults = faults_of({text("a.yaml", twice), {"b.yaml", "kind: [\n"}});
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].find("a second writer") != std::string::npos);
  CHECK(faults[1].find("b.yaml:") == 0);
}

TEST_CASE("what was refused when it was read is not refused again as a reference") {
  const auto faults =
      faults_of({text("a.yaml", std::string(kScope) + "  mappings:\n" +
                                    mapping("one", "\"ma in\"", "project: shop, secret: x") +
                                    mapping("two", "\"ma in\"", "project: shop, secret: X"))});
  CHECK(faults.size() == 3);  // the name twice, the secret once
}

TEST_CASE("without any manager the references are not called unknown as well") {
  const auto faults = faults_of(
      {text("a.yaml",
            "  projects: { shop: { id: 15314cc3-85b4-4338-903f-c28cdee6d005, region: eu-de } }\n"
            "  mappings:\n" +
                mapping("one", "main", "project: shop, secret: x"))});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].find("secretsManagers") != std::string::npos);
}

TEST_CASE("a good text is loaded") {
  const auto loaded =
      load({text("a.yaml", std::string(kScope) + "  mappings:\n" +
                               mapping("one", "main", "project: shop, secret: x"))});
  REQUIRE(loaded);
  CHECK(loaded->at(0).id == "a/one");
}

}  // namespace
}  // namespace certloop::v1

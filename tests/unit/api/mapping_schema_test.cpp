#include <nlohmann/json.hpp>
#include <set>

#include "api/v1/binding.h"
#include "api/v1/internal/keys.h"
#include "api/v1/internal/values.h"
#include "api/v1/mapping_yaml.h"
#include "tests/support/catch.h"
#include "tests/unit/api/texts.h"

using namespace certloop::v1;
using certloop::v1::testing::print;

namespace {

const std::filesystem::path kManifests = CERTLOOP_SOURCE_DIR "/manifests";

using Names = std::set<std::string>;

nlohmann::json definitions() {
  const auto schema = certloop::v1::testing::read(kManifests / "mapping.schema.json");
  return nlohmann::json::parse(schema).at("$defs");
}

Names keys_of(const nlohmann::json& object) {
  Names names;
  for (const auto& [key, value] : object.items()) names.insert(key);
  return names;
}

template <class Check>
void check_words(const nlohmann::json& schema, Check check) {
  REQUIRE_FALSE(schema.at("enum").empty());
  for (const auto& word : schema.at("enum")) {
    INFO(word);
    const auto value = check(word.get<std::string>());
    REQUIRE(value);
    CHECK(to_string(*value) == word.get<std::string>());
  }
}

}  // namespace

TEST_CASE("the schema and the parser know the same keys and need the same keys") {
  const auto schema = definitions();
  Names maps;
  for (const internal::KeySet& set : internal::kAllKeys) {
    INFO(set.what);
    Names known;
    Names required;
    for (const internal::Key& key : set.keys) {
      known.emplace(key.name);
      if (key.required) required.emplace(key.name);
    }
    const auto& definition = schema.at(std::string(set.what));
    CHECK(keys_of(definition.at("properties")) == known);
    CHECK(definition.value("required", Names{}) == required);
    CHECK(definition.at("additionalProperties") == false);
    maps.emplace(set.what);
  }
  Names described;
  for (const auto& [name, definition] : schema.items()) {
    if (definition.contains("properties")) described.insert(name);
  }
  CHECK(described == maps);
}

TEST_CASE("the schema and the parser know the same words") {
  const auto schema = definitions();
  check_words(schema["from"]["properties"]["type"], internal::check_type);
  check_words(schema["to"]["properties"]["format"], internal::check_format);
  check_words(schema["to"]["properties"]["data"]["additionalProperties"], internal::check_part);
  check_words(schema["require"]["properties"]["keyTypes"]["items"], internal::check_key_type);
  check_words(schema["require"]["properties"]["usage"], internal::check_usage);
  check_words(schema["mapping"]["properties"]["onExisting"], internal::check_on_existing);
  check_words(schema["mapping"]["properties"]["drift"], internal::check_drift);
  CHECK(internal::check_api_version(schema["document"]["properties"]["apiVersion"]["const"]));
  CHECK(internal::check_kind(schema["document"]["properties"]["kind"]["const"]));
  // One word more in an enum of ours must show here: these are all there are.
  CHECK(schema["from"]["properties"]["type"]["enum"].size() == 3);
  CHECK(schema["to"]["properties"]["format"]["enum"].size() == 2);
  CHECK(schema["to"]["properties"]["data"]["additionalProperties"]["enum"].size() == 4);
  CHECK(schema["require"]["properties"]["keyTypes"]["items"]["enum"].size() == 3);
  CHECK(schema["require"]["properties"]["usage"]["enum"].size() == 2);
  CHECK(schema["mapping"]["properties"]["onExisting"]["enum"].size() == 3);
  CHECK(schema["mapping"]["properties"]["drift"]["enum"].size() == 2);
}

TEST_CASE("the schema's examples and defaults are what the parser takes") {
  const auto schema = definitions();
  for (const auto& text : schema["duration"]["examples"]) CHECK(internal::check_duration(text));
  for (const auto& text : schema["project"]["properties"]["region"]["examples"]) {
    CHECK(internal::check_region(text));
  }
  const CertificateMapping defaults;
  CHECK(internal::check_resync(schema["spec"]["properties"]["resync"]["default"]) ==
        defaults.resync);
  CHECK(internal::check_duration(schema["require"]["properties"]["validFor"]["default"]) ==
        Require{}.valid_for);
  CHECK(schema["require"]["properties"]["allowOlder"]["default"] == Require{}.allow_older);
  CHECK(schema["to"]["properties"]["format"]["default"] == to_string(To{}.format));
  CHECK(schema["require"]["properties"]["minRsaBits"]["default"] == Require{}.min_rsa_bits);
  CHECK(schema["require"]["properties"]["usage"]["default"] == to_string(Require{}.usage));
  const auto& mapping = schema["mapping"]["properties"];
  CHECK(mapping["onExisting"]["default"] == to_string(Ownership{}.on_existing));
  CHECK(mapping["drift"]["default"] == to_string(Ownership{}.drift));
  CHECK(internal::check_duration(mapping["expiringWithin"]["default"]) ==
        Mapping{}.expiring_within);
  CHECK(mapping["suspend"]["default"] == Ownership{}.suspend);
}

TEST_CASE("the sample mapping is valid and shows every key") {
  const std::string path = (kManifests / "mapping.sample.yaml").string();
  const auto texts = read_mapping_files(path);
  REQUIRE(texts);
  const auto documents = parse_mappings(*texts);
  INFO((documents ? "" : print(documents.error())));
  REQUIRE(documents);
  const auto bindings = resolve(*documents);
  INFO((bindings ? "" : print(bindings.error())));
  REQUIRE(bindings);
  CHECK(bindings->size() == 3);
  for (const internal::KeySet& set : internal::kAllKeys) {
    for (const internal::Key& key : set.keys) {
      INFO(key.name);
      CHECK(texts->front().text.find(std::string(key.name) + ":") != std::string::npos);
    }
  }
}

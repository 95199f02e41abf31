#include "hack/localcloud/ce/array_spec.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/resources.h"
#include "hack/localcloud/ce/surroundings.h"
#include "tests/support/catch.h"

namespace ce = localcloud::ce;
using localcloud::Json;

TEST_CASE("sizes are read in all their units") {
  struct Case {
    std::string text;
    double value;
  };
  const Case cases[] = {{"1", 1},      {"0.125", 0.125}, {"500m", 0.5},    {"4G", 4e9},
                        {"400M", 4e8}, {"400MB", 4e8},   {"1Gi", 1 << 30}, {"2k", 2000}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    REQUIRE(ce::quantity(c.text));
    CHECK(*ce::quantity(c.text) == Approx(c.value));
  }
  for (const std::string text : {"", "G", "-1", "1 G", "1X", "1Gx", "12345678901", "nan"}) {
    CAPTURE(text);
    CHECK_FALSE(ce::quantity(text));
  }
}

TEST_CASE("array specifications are read and written") {
  CHECK(ce::parse_array_spec("5,1-3,2") == std::vector<int>{1, 2, 3, 5});
  CHECK(ce::array_spec({1, 2, 3, 5}) == "1-3,5");
  CHECK(ce::array_spec({}).empty());
  CHECK(ce::parse_array_spec("9999999") == std::vector<int>{9'999'999});
  for (const std::string text : {"", ",", "1,", "a", "1-", "-1", "2-1", "0-1000", "10000000"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(ce::parse_array_spec(text), ce::Refusal);
  }
}

TEST_CASE("what an instance finds follows the precedence of references") {
  ce::Project project;
  const auto put = [&project](const std::string& collection, const std::string& name,
                              const Json& data, const std::string& format = "generic") {
    project.shelf(collection).put(name, {{"format", format}, {"data", data}}, {});
  };
  put("secrets", "first", {{"A", "1"}, {"B", "1"}});
  put("config_maps", "second", {{"B", "2"}, {"C", "2"}});
  put("secrets", "www", {{"tls_cert", "c"}, {"tls_key", "k"}}, "tls");
  const Json document = {
      {"computed_env_variables", ce::literals({{"CE_REGION", "eu-de"}})},
      {"run_env_variables",
       Json::array({{{"type", "literal"}, {"name", "C"}, {"value", "3"}},
                    {{"type", "secret_full_reference"}, {"reference", "first"}},
                    {{"type", "config_map_full_reference"}, {"reference", "second"}},
                    {{"type", "secret_full_reference"}, {"reference", "first"}, {"prefix", "P_"}},
                    {{"type", "secret_key_reference"},
                     {"name", "K"},
                     {"reference", "www"},
                     {"key", "tls_key"}},
                    {{"type", "secret_key_reference"},
                     {"name", "L"},
                     {"reference", "www"},
                     {"key", "none"}},
                    {{"type", "config_map_full_reference"}, {"reference", "gone"}}})},
      {"run_volume_mounts",
       Json::array({{{"type", "secret"}, {"reference", "www"}, {"mount_path", "/etc/www"}}})},
      {"image_secret", "pull"}};
  const auto around = ce::surroundings_of(document, project, false);
  CHECK(around.environment == std::map<std::string, std::string>{{"A", "1"},
                                                                 {"B", "2"},
                                                                 {"C", "3"},
                                                                 {"P_A", "1"},
                                                                 {"P_B", "1"},
                                                                 {"K", "k"},
                                                                 {"CE_REGION", "eu-de"}});
  REQUIRE(around.mounts.size() == 1);
  CHECK(around.mounts[0].path == "/etc/www");
  CHECK(around.mounts[0].files ==
        std::map<std::string, std::string>{{"tls_cert", "c"}, {"tls_key", "k"}});
  CHECK(around.missing == std::vector<std::string>{"config_maps/gone", "secrets/www/none"});
  CHECK(around.pull_secret_missing);
  const auto kubernetes = ce::surroundings_of(document, project, true);
  CHECK(kubernetes.mounts[0].files ==
        std::map<std::string, std::string>{{"tls.crt", "c"}, {"tls.key", "k"}});
}

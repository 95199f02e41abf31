#include "hack/localcloud/en/filter.h"

#include <ctime>

#include "tests/support/catch.h"

using localcloud::en::Filter;
using localcloud::en::FilterError;
using Json = nlohmann::json;

namespace {

const Json& event() {
  static const Json value = Json::parse(R"({
    "type": "com.ibm.cloud.secrets-manager.secret_about_to_expire:in_10_days",
    "ibmenseverity": "HIGH",
    "data": {
      "event_type": "secret_about_to_expire", "count": 3, "ratio": 0.5, "final": false,
      "none": null, "odd name": "a 'b' c", "url": "a.b",
      "secrets": [
        {"secret_name": "w", "secret_group_id": "g", "days": 1, "tags": ["p", "q"]},
        {"secret_name": "x", "secret_group_id": "default", "days": 10},
        {"secret_name": "y", "secret_group_id": "default", "days": 30}
      ]
    }})");
  return value;
}

struct Case {
  const char* filter;
  bool matches;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    INFO(one.filter);
    CHECK(Filter(one.filter).matches(event()) == one.matches);
  }
}

}  // namespace

TEST_CASE("a path holds when it selects something") {
  check({{"$", true},
         {"$.*", true},
         {"$.data.count", true},
         {"$.data.missing", false},
         {"$.data.none", true},
         {"$.data.final", true},
         {"$['data']['odd name']", true},
         {"$[\"data\"].count", true},
         {"$.data['count','missing']", true},
         {"$.data.count.*", false},
         {"$..secret_name", true},
         {"$..nothing", false},
         {"$..*", true},
         {"$.data..days", true},
         {"$..['secret_name']", true},
         {"$..[2]", true},
         {"$.data.secrets[2]", true},
         {"$.data.secrets[3]", false},
         {"$.data.secrets[-3]", true},
         {"$.data.secrets[-4]", false},
         {"$.data.secrets[5,0]", true},
         {"$.data.secrets[3,4]", false},
         {"$.data.secrets[*].tags", true},
         {"$.data[*]", true},
         {"$.data.secrets[1:2]", true},
         {"$.data.secrets[3:9]", false},
         {"$.data.secrets[-1:]", true},
         {"$.data.secrets[:0]", false},
         {"$.data.secrets[:]", true},
         {"$.type[0]", false}});
}

TEST_CASE("a path is compared with a literal") {
  check({{"$.data.event_type == 'secret_about_to_expire'", true},
         {"$.data.event_type == \"secret_about_to_expire\"", true},
         {"$.data.event_type=='secret'", false},
         {"$.data.event_type != 'secret'", true},
         {"$.data.missing == 'x'", false},
         {"$.data.missing != 'x'", false},
         {"$.data.count == 3", true},
         {"$.data.count == '3'", false},
         {"$.data.count != '3'", true},
         {"$.data.count < 4", true},
         {"$.data.count < 3", false},
         {"$.data.count <= 3", true},
         {"$.data.count > 3", false},
         {"$.data.count >= 3", true},
         {"$.data.count > -1", true},
         {"$.data.count < 'z'", false},
         {"$.data.ratio == 0.5", true},
         {"$.data.ratio < 5e-1", false},
         {"$.data.event_type < 't'", true},
         {"$.data.final == false", true},
         {"$.data.final == true", false},
         {"$.data['odd name'] == 'a \\'b\\' c'", true},
         {"$.data['odd name'] == \"a 'b' c\"", true},
         {"$.data.secrets[*].secret_name == 'y'", true},
         {"$.data.secrets[-1].secret_name == 'y'", true},
         {"$.data.secrets[0:2].secret_name == 'y'", false}});
}

TEST_CASE("a regular expression is searched for anywhere unless it anchors itself") {
  check({{"$.data.event_type =~ 'about'", true},
         {"$.data.event_type =~ '^about'", false},
         {"$.data.event_type =~ '^secret_(created|about_to_expire)$'", true},
         {"$.data.event_type =~ '^secret_(created|rotated|deleted)$'", false},
         {"$.data.event_type =~ 'ABOUT'", false},
         {"$.data.event_type =~ '(?i)ABOUT'", true},
         {"$.data.url =~ '^a\\.b$'", true},
         {"$.type =~ 'secret.manager'", false},
         {"$.type =~ 'secrets.manager'", true},
         {"$.type =~ 'in_\\d+_days$'", true},
         {"$.data.count =~ '3'", false},
         {"$.data.missing =~ ''", false}});
}

TEST_CASE("conditions are joined and turned round") {
  check({{"$.data.count == 3 && $.data.final == false", true},
         {"$.data.count == 3 && $.data.final == true", false},
         {"$.data.count == 4 || $.data.final == false", true},
         {"$.data.count == 4 && $.data.count == 4 || $.data.count == 3", true},
         {"$.data.count == 3 || $.data.count == 4 && $.data.count == 4", true},
         {"($.data.count == 3 || $.data.count == 4) && $.data.count == 5", false},
         {"not($.data.count == 3)", false},
         {"not ( $.data.missing )", true},
         {"not($.type =~ 'rotated$' || $.data.count > 5)", true},
         {"$.data && not($.data.missing)", true}});
}

TEST_CASE("a test in brackets chooses elements") {
  check({{"$.data.secrets[?(@.secret_name == 'x')]", true},
         {"$.data.secrets[?(@.secret_name == 'z')]", false},
         {"$.data.secrets[?(@.days > 10)].secret_name == 'y'", true},
         {"$.data.secrets[?(@.days > 10)].secret_name == 'x'", false},
         {"$.data.secrets[?(@.tags)].secret_name == 'w'", true},
         {"$.data.secrets[?(@.tags[?(@ == 'q')])]", true},
         {"$.data.secrets[?(@.secret_name =~ '^(x|y)$' && @.days < 20)]", true},
         {"$.data.secrets[?(not(@.secret_group_id == 'default'))].secret_name == 'w'", true},
         {"$.data.secrets[?(@.days == 1 && $.data.count == 3)]", true},
         {"$[?(@.count == 3)]", true}});
}

TEST_CASE("the first secret's name is not every secret's name") {
  check({{"$.data.secrets[0].secret_name == 'x'", false},
         {"$.data.secrets[0].secret_name == 'w'", true},
         {"$.data.event_type == \"secret_about_to_expire\" && "
          "$.data.secrets[0].secret_group_id == \"g\"",
          true}});
}

TEST_CASE("a type with a subtype is not equal to the bare type") {
  check({{"$.type == 'com.ibm.cloud.secrets-manager.secret_about_to_expire'", false},
         {"$.type == 'com.ibm.cloud.secrets-manager.secret_about_to_expire:in_10_days'", true},
         {"$.type =~ '^com[.]ibm[.]cloud[.]secrets-manager[.]secret_about_to_expire'", true}});
}

TEST_CASE("a bad filter is refused") {
  const std::string deep = std::string(100, '(') + "$.a" + std::string(100, ')');
  std::string steps = "$";
  for (int i = 0; i < 40; ++i) steps += ".a";
  const std::string filters[] = {
      "",
      "   ",
      "x",
      "'a' == 'a'",
      "$.",
      "$..",
      "$.a b",
      "$.a ==",
      "$.a = 'b'",
      "$.a == b",
      "$.a == null",
      "$.a == $.b",
      "$.a == 'b",
      "$.a == 1.2.3",
      "$.a &&",
      "&& $.a",
      "$.a & $.b",
      "$.a == 'b')",
      "($.a == 'b'",
      "not $.a",
      "$[",
      "$[]",
      "$[a]",
      "$[1",
      "$[1,'a']",
      "$[1:2:3]",
      "$[?@.a]",
      "$[?(@.a]",
      "$[99999999999999999999]",
      "@.a",
      "$.a == @.a",
      "$.a =~ b",
      "$.a =~ '('",
      "$.a =~ 'a{2'",
      "$.a =~ '(?=b)'",
      "$.a =~ '(?!b)'",
      "$.a =~ '(?<=b)'",
      "$.a =~ '(a)\\1'",
      "$.a =~ '" + std::string(600, 'a') + "'",
      "$.a == '" + std::string(Filter::kLongest, 'a') + "'",
      deep,
      steps,
  };
  for (const std::string& filter : filters) {
    INFO(filter.substr(0, 80));
    CHECK_THROWS_AS(Filter(filter), FilterError);
  }
}

TEST_CASE("a parenthesis in a class or after a backslash is no look-around") {
  CHECK(Filter("$.a =~ '^[(?=]+$'").matches({{"a", "(?="}}));
  CHECK(Filter("$.a =~ 'x\\(?='").matches({{"a", "x="}}));
}

TEST_CASE("a hostile expression ends in time, a subject beyond the limit never matches") {
  const std::string many(2000, 'a');
  CHECK_FALSE(Filter("$.a =~ '^(a+)+$'").matches({{"a", many + "b"}}));
  CHECK(Filter("$.a =~ '^(a+)+$'").matches({{"a", many}}));
  CHECK_FALSE(Filter("$.a =~ 'a'").matches({{"a", std::string(3000, 'a')}}));
}

TEST_CASE("descents that multiply stop at a limit") {
  Json deep = 1;
  for (int i = 0; i < 60; ++i) deep = Json{{"a", deep}, {"b", deep.is_number() ? 1 : 2}};
  CHECK(Filter("$..*..*").matches(deep));
  CHECK_FALSE(Filter("$..*..*..*..*").matches(deep));
}

TEST_CASE("a filter that asks for too much work matches nothing, and soon") {
  Json many = Json::array();
  for (int i = 0; i < 3000; ++i) many.push_back({{"x", i}});
  const Json large{{"a", many}};
  for (const std::string filter :
       {"$..[?($..[?($..[?(@.x)])])]", "$.a[?($.a[?(@.y)])]", "not($.a[?($.a[?(@.y)])])"}) {
    INFO(filter);
    const auto start = std::clock();
    CHECK_FALSE(Filter(filter).matches(large));
    CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC);
  }
  CHECK(Filter("$.a[?(@.x == 2999)]").matches(large));
}

TEST_CASE("regular expressions over many texts are paid for by their length") {
  const Json texts = Json::array_t(2000, std::string(2000, 'a'));
  CHECK_FALSE(Filter("$[*] =~ 'b'").matches(texts));
  CHECK_FALSE(Filter("not($[*] =~ 'b')").matches(texts));
}

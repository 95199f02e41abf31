#include "hack/localcloud/en/template_text.h"

#include "tests/support/catch.h"

using localcloud::Json;
using localcloud::en::TemplateError;
using localcloud::en::TemplateText;

namespace {

const char kEvent[] = R"({"type": "a<b", "n": 3, "yes": true, "no": false, "none": [],
  "data": {"event_type": "secret_rotated",
           "secrets": [{"secret_name": "one", "tags": ["x", "y"]}, {"secret_name": "two"}]}})";

}  // namespace

TEST_CASE("a template renders an event") {
  struct Case {
    const char* name;
    const char* text;
    const char* rendered;
  };
  const Case cases[] = {
      {"literal text", R"({"a": {"b": 1}})", R"({"a": {"b": 1}})"},
      {"a path", "{{data.event_type}}", "secret_rotated"},
      {"blanks around it", "{{ data.event_type }}", "secret_rotated"},
      {"a number", "{{n}}", "3"},
      {"what is not there", "<{{data.nothing.more}}>", "<>"},
      {"a structure", "{{{data.secrets.[1]}}}", R"({"secret_name":"two"})"},
      {"an index in brackets", "{{data.secrets.[0].secret_name}}", "one"},
      {"a bare index", "{{data.secrets.1.secret_name}}", "two"},
      {"escaping", "{{type}} {{{type}}} {{&type}}", "a&lt;b a<b a<b"},
      {"a comment", "a{{! no }}b{{!-- no }} --}}c", "abc"},
      {"each", "{{#each data.secrets}}{{secret_name}}{{#unless @last}},{{/unless}}{{/each}}",
       "one,two"},
      {"index and first", "{{#each data.secrets}}{{@index}}{{@first}};{{/each}}", "0true;1false;"},
      {"each of nothing", "{{#each none}}x{{else}}empty{{/each}}", "empty"},
      {"each of an object", "{{#each data.secrets.[1]}}{{@key}}={{this}}{{/each}}",
       "secret_name=two"},
      {"outer values", "{{#each data.secrets}}{{../data.event_type}} {{/each}}",
       "secret_rotated secret_rotated "},
      {"nested blocks",
       "{{#each data.secrets}}{{#if tags}}{{#each tags}}{{this}}{{/each}}{{else}}-{{/if}}{{/each}}",
       "xy-"},
      {"if and else", "{{#if yes}}1{{else}}0{{/if}}{{#if no}}1{{else}}0{{/if}}", "10"},
      {"with", "{{#with data}}{{event_type}}{{/with}}", "secret_rotated"},
      {"too far out", "{{../../type}}", ""},
  };
  const Json event = Json::parse(kEvent);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(TemplateText(c.text).render(event) == c.rendered);
  }
}

TEST_CASE("a template that cannot be read is refused") {
  for (const char* text :
       {"{{", "{{}}", "{{a", "{{{a}}", "{{#each a}}", "{{/each}}", "{{else}}", "{{#each a}}{{/if}}",
        "{{#magic a}}{{/magic}}", "{{a b}}", "{{#if}}{{/if}}", "{{a 'b'}}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(TemplateText(text), TemplateError);
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{{#if a}}";
  for (int i = 0; i < 100; ++i) deep += "{{/if}}";
  CHECK_THROWS_AS(TemplateText(deep), TemplateError);
  CHECK_THROWS_AS(TemplateText(std::string(TemplateText::kLongest + 1, 'x')), TemplateError);
}

TEST_CASE("a template's output is bounded") {
  const Json many(std::vector<int>(1000, 7));
  const TemplateText text("{{#each this}}{{#each ../this}}{{#each ../../this}}" +
                          std::string(1000, 'x') + "{{/each}}{{/each}}{{/each}}");
  CHECK(text.render(many).size() == TemplateText::kMostOutput);
}

// The local cloud's language for choosing events.
#include "hack/localcloud/en/filter.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/fuzz/targets.h"

namespace certloop::fuzz {
namespace {

using localcloud::en::Filter;
using localcloud::en::FilterError;
using nlohmann::json;

std::vector<json> events() {
  return {json::object(), json::parse(R"({"type":"a:b","n":1,"list":[1,2,{"x":"y"},[]],
      "data":{"secrets":[{"secret_name":"s","ok":true},{"secret_name":"t","n":-1.5e3}]}})")};
}

// "… at character 7"
void check_place(std::string_view message, std::size_t size) {
  law(is_printable(message.substr(0, message.find('\''))), "a fault is printable");
  constexpr std::string_view kAt = " at character ";
  const auto at = message.rfind(kAt);
  if (at == std::string_view::npos) return law(size > Filter::kLongest, "a fault has a place");
  const auto number = message.substr(at + kAt.size());
  std::size_t place = 0;
  std::from_chars(number.data(), number.data() + number.size(), place);
  law(place >= 1 && place <= size + 1, "a fault's place is in the text");
}

std::optional<Filter> parsed(const std::string& text) {
  try {
    return Filter(text);
  } catch (const FilterError& fault) {
    check_place(fault.what(), text.size());
    return std::nullopt;
  }
}

void run(std::string_view bytes) {
  const std::string text(bytes);
  const auto filter = parsed(text);
  const auto again = parsed(text);
  law(filter.has_value() == again.has_value(), "a text is a filter or not");
  if (!filter) return;
  const auto in_brackets = parsed('(' + text + ')');  // too deep, perhaps
  for (const auto& event : events()) {
    const bool fits = filter->matches(event);
    law(fits == again->matches(event), "a filter means the same twice");
    law(!in_brackets || fits == in_brackets->matches(event), "brackets change nothing");
  }
}

std::vector<std::string> seeds() {
  return {"$.type == 'a:b'",
          "$.data.secrets[0].secret_name =~ '^s.*[a-z]{1,3}$' && $.n >= 1",
          "not($.missing) || $..x != \"y\"",
          "$.list[-1,0] || $.list[1:2] || $.list[?(@.x == 'y')]",
          "$['type'] == true && ($.n < 2.5e1 || $.*)",
          "$.data.secrets[?(@.ok && not(@.n > 0))].secret_name == 's'"};
}

}  // namespace

Target filter() {
  return {"filter", run, seeds};
}

}  // namespace certloop::fuzz

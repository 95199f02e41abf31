#include <algorithm>
#include <random>

#include "api/v1/binding.h"
#include "api/v1/mapping_yaml.h"
#include "tests/support/catch.h"
#include "tests/unit/api/texts.h"

using namespace certloop::v1;
using certloop::v1::testing::kFull;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::string random_bytes(Random& random) {
  std::string text(below(random, 300), '\0');
  for (char& c : text) c = static_cast<char>(below(random, 256));
  return text;
}

// What YAML is made of, so that more than the first byte gets looked at.
std::string random_yaml(Random& random) {
  static const char* const kPieces[] = {
      "a",   "b: ",    ": ",         "- ",          "? ",
      "\n",  "\n  ",   "\n    ",     "[",           "]",
      "{",   "}",      ", ",         "&x",          " *x ",
      "!t ", "|\n",    ">-\n",       "---\n",       "'",
      "\"",  "#",      "\t",         "...",         "%",
      "@",   "\\",     "~",          "<<: ",        "\r\n",
      "é",   "spec: ", "name: ",     "%YAML 1.2\n", "!!str ",
      "*",   "&",      "metadata: ", "mappings:\n", "apiVersion: certloop.dev/v1\n"};
  std::string text;
  for (std::size_t i = below(random, 60); i > 0; --i) {
    text += kPieces[below(random, std::size(kPieces))];
  }
  return text;
}

std::string mutated(Random& random) {
  std::string text = kFull;
  for (std::size_t i = 1 + below(random, 4); i > 0; --i) {
    if (text.empty()) return text;
    const std::size_t at = below(random, text.size());
    const std::size_t length = std::min(text.size() - at, below(random, 40));
    switch (below(random, 5)) {
      case 0:
        text[at] = static_cast<char>(below(random, 256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(below(random, text.size() + 1), text.substr(at, length));
        break;
      case 3:
        text.insert(at, random_yaml(random));
        break;
      case 4:
        text.resize(at + 1);
        break;
    }
  }
  return text;
}

int count_lines(const std::string& text) {
  return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Whatever the text: an answer, with every fault inside of the text, printable, and short.
void check_answer(const std::string& text) {
  const auto documents = parse_mappings({{"f", text}});
  if (documents) {
    const auto bindings = resolve(*documents);
    REQUIRE((bindings || !bindings.error().empty()));
    return;
  }
  REQUIRE_FALSE(documents.error().empty());
  REQUIRE(documents.error().size() <= MappingLimits{}.max_faults + 1);
  for (const Fault& fault : documents.error()) {
    INFO(to_string(fault));
    REQUIRE(is_printable(to_string(fault)));
    REQUIRE(to_string(fault).size() < 600);
    REQUIRE(fault.place.line >= 0);
    REQUIRE(fault.place.line <= count_lines(text) + 1);
  }
}

}  // namespace

TEST_CASE("whatever bytes come, the parser gives bindings or faults") {
  const auto seed = GENERATE(1u, 2u, 3u);
  Random random(seed);
  for (int i = 0; i < 400; ++i) {
    for (const std::string& text : {random_bytes(random), random_yaml(random), mutated(random)}) {
      CAPTURE(seed, i, text);
      check_answer(text);
    }
  }
}

TEST_CASE("a fault at a cut escape stands in its line") {
  const auto documents = parse_mappings({{"f", "a: b\nc: \"d\\x4"}});
  REQUIRE_FALSE(documents);
  const Place& place = documents.error().at(0).place;
  CHECK(place.line == 2);
  CHECK(place.column <= 9);
}

TEST_CASE("texts made to hurt are answered too") {
  const auto repeat = [](const char* piece, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += piece;
    return text;
  };
  for (const char* const piece : {"[",   "{",  "- ",     "? ",    "{a: ", "[a, ",     "!",
                                  "&a ", "\"", "a: ",    ": ",    "*a ",  "---\n",    "|\n",
                                  "%",   "\n", "a: b\n", "- a\n", "\t",   "é",        "#",
                                  "-",   "a",  ", ",     "? a\n", "'",    "{a: b}\n", "}"}) {
    CAPTURE(piece);
    check_answer(repeat(piece, 20000));
    check_answer("a: " + repeat(piece, 20000));
    check_answer(std::string(kFull) + repeat(piece, 20000));
  }
}

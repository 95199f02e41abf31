#include "hack/localcloud/en/filter_parser.h"

#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

#include "hack/localcloud/en/filter.h"

// A recursive descent over the characters. Written here because no packaged C++ library speaks
// JSONPath with comparisons: nlohmann offers JSON pointers only.
//
//   any_of     = all_of { "||" all_of }
//   all_of     = term { "&&" term }
//   term       = "not" "(" any_of ")" | "(" any_of ")" | path [ operator literal ]
//   path       = ( "$" | "@" ) { step }
//   step       = ".." ( name | "*" | brackets ) | "." ( name | "*" ) | brackets
//   brackets   = "[" ( "*" | "?(" any_of ")" | strings | integers | [int] ":" [int] ) "]"
namespace localcloud::en::filter {
namespace {

constexpr int kDeepest = 16;
constexpr std::size_t kMostSteps = 32;

template <typename Node>
ExpressionPtr make(Node node) {
  return std::make_unique<const Expression>(Expression{std::move(node)});
}

bool in_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '-' || byte >= 0x80;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ExpressionPtr parse() {
    ExpressionPtr whole = any_of();
    if (at_ != text_.size()) fail("unexpected text");
    return whole;
  }

 private:
  ExpressionPtr any_of() { return joined<AnyOf>("||", &Parser::all_of); }
  ExpressionPtr all_of() { return joined<AllOf>("&&", &Parser::term); }

  template <typename Node>
  ExpressionPtr joined(std::string_view sign, ExpressionPtr (Parser::*part)()) {
    Node node;
    do {
      node.parts.push_back((this->*part)());
    } while (accept(sign));
    return node.parts.size() == 1 ? std::move(node.parts.front()) : make(std::move(node));
  }

  ExpressionPtr term() {
    if (accept("not")) return make(Not{in_parentheses()});
    if (peek() == '(') return in_parentheses();
    Path from = path();
    if (accept("=~")) return make(Matches{std::move(from), pattern()});
    if (const auto op = comparison()) return make(Comparison{std::move(from), *op, literal()});
    return make(Exists{std::move(from)});
  }

  ExpressionPtr in_parentheses() {
    expect("(");
    if (++depth_ > kDeepest) fail("nested too deeply");
    ExpressionPtr inner = any_of();
    --depth_;
    expect(")");
    return inner;
  }

  Path path() {
    Path path;
    if (accept("@")) {
      if (!testing_element_) fail("@ stands for an element inside [?(...)] only");
      path.relative = true;
    } else {
      expect("$");
    }
    while (auto next = step()) {
      path.steps.push_back(std::move(*next));
      if (path.steps.size() > kMostSteps) fail("path too long");
    }
    return path;
  }

  std::optional<Step> step() {
    const bool deep = accept("..");
    const bool dotted = deep || accept(".");
    if (peek() == '[' && (deep || !dotted)) return Step{deep, brackets()};
    if (!dotted) return std::nullopt;
    if (accept("*")) return Step{deep, Everything{}};
    return Step{deep, Names{{name()}}};
  }

  decltype(Step::select) brackets() {
    expect("[");
    auto select = inside_brackets();
    expect("]");
    return select;
  }

  decltype(Step::select) inside_brackets() {
    if (accept("*")) return Everything{};
    if (accept("?")) return where();
    if (peek() == '\'' || peek() == '"') {
      Names names;
      do names.names.push_back(quoted());
      while (accept(","));
      return names;
    }
    std::optional<long> first = integer();
    if (accept(":")) return Slice{first, integer()};
    Indices indices;
    for (;; first = integer()) {
      if (!first) fail("a name, a number, * or ?(...) expected");
      indices.indices.push_back(*first);
      if (!accept(",")) return indices;
    }
  }

  Where where() {
    const bool outer = std::exchange(testing_element_, true);
    Where where{in_parentheses()};
    testing_element_ = outer;
    return where;
  }

  std::optional<Operator> comparison() {
    if (accept("==")) return Operator::kEqual;
    if (accept("!=")) return Operator::kNotEqual;
    if (accept("<=")) return Operator::kLessEqual;
    if (accept(">=")) return Operator::kGreaterEqual;
    if (accept("<")) return Operator::kLess;
    if (accept(">")) return Operator::kGreater;
    return std::nullopt;
  }

  Json literal() {
    if (peek() == '\'' || peek() == '"') return quoted();
    std::size_t end = at_;
    while (end < text_.size() && (in_name(text_[end]) || text_[end] == '.' || text_[end] == '+')) {
      ++end;
    }
    const Json value = Json::parse(text_.substr(at_, end - at_), nullptr, false);
    if (!value.is_number() && !value.is_boolean()) {
      fail("a string, a number, true or false expected");
    }
    at_ = end;
    return value;
  }

  Pattern pattern() {
    const std::string text = quoted();
    try {
      return Pattern(text);
    } catch (const std::invalid_argument& fault) {
      fail(fault.what());
    }
  }

  // A backslash escapes the quote only; any other stays as written, so that '\d' and '\.' reach the
  // regular expression.
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("a string in quotes expected");
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return value;
      }
      if (text_[at_] == '\\' && text_.substr(at_ + 1, 1) == std::string_view(&quote, 1)) ++at_;
      value += text_[at_];
    }
    fail("the string does not end");
  }

  std::string name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && in_name(text_[at_])) ++at_;
    if (at_ == start) fail("a name expected");
    return std::string(text_.substr(start, at_ - start));
  }

  std::optional<long> integer() {
    skip_blanks();
    long value = 0;
    const auto read = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (read.ec == std::errc::result_out_of_range) fail("number too large");
    if (read.ec != std::errc{}) return std::nullopt;
    at_ = static_cast<std::size_t>(read.ptr - text_.data());
    return value;
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  char peek() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(std::string_view sign) {
    skip_blanks();
    if (text_.substr(at_, sign.size()) != sign) return false;
    at_ += sign.size();
    skip_blanks();
    return true;
  }
  void expect(std::string_view sign) {
    if (!accept(sign)) fail(std::string(sign) + " expected");
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw FilterError(what + " at character " + std::to_string(at_ + 1));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool testing_element_ = false;
};

}  // namespace

ExpressionPtr parse(const std::string& text) {
  if (text.size() > Filter::kLongest) throw FilterError("filter too long");
  return Parser(text).parse();
}

}  // namespace localcloud::en::filter

#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hack/localcloud/en/pattern.h"

// What a parsed filter is made of.
namespace localcloud::en::filter {

using Json = nlohmann::json;

struct Expression;
using ExpressionPtr = std::unique_ptr<const Expression>;

struct Everything {};  // *
struct Names {         // .name ['name'] ['a','b']
  std::vector<std::string> names{};
};
struct Indices {  // [n] [-n] [a,b]
  std::vector<long> indices{};
};
struct Slice {  // [start:end]
  std::optional<long> start{};
  std::optional<long> end{};
};
struct Where {  // [?(...)]
  ExpressionPtr condition{};
};

struct Step {
  bool deep = false;  // "..": from every value below
  std::variant<Everything, Names, Indices, Slice, Where> select{};
};

struct Path {
  bool relative = false;  // from "@", the element under test
  std::vector<Step> steps{};
};

enum class Operator { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

struct Exists {
  Path path{};
};
struct Comparison {
  Path path{};
  Operator op = Operator::kEqual;
  Json literal{};
};
struct Matches {  // =~
  Path path{};
  Pattern pattern;
};
struct Not {
  ExpressionPtr inner{};
};
struct AllOf {
  std::vector<ExpressionPtr> parts{};
};
struct AnyOf {
  std::vector<ExpressionPtr> parts{};
};

struct Expression {
  std::variant<Exists, Comparison, Matches, Not, AllOf, AnyOf> node;
};

}  // namespace localcloud::en::filter

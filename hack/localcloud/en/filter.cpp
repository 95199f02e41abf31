#include "hack/localcloud/en/filter.h"

#include <algorithm>

#include "hack/localcloud/en/filter_parser.h"

namespace localcloud::en {
namespace filter {
namespace {

// Chains of ".." multiply, and so do conditions within conditions.
constexpr std::size_t kMostSteps = 200'000;

// The filter asks for more work than it gets.
struct Exhausted {};

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

using Nodes = std::vector<const Json*>;

struct Scope {
  const Json& root;
  const Json& element;
  std::size_t& steps;  // left, for the whole filter

  void spend(std::size_t count) const {
    if (steps < count) throw Exhausted{};
    steps -= count;
  }
};

bool holds(const Expression& expression, const Scope& scope);

void add(Nodes& nodes, const Json& value, const Scope& scope) {
  scope.spend(1);
  nodes.push_back(&value);
}

void add_below(Nodes& nodes, const Json& value, const Scope& scope) {
  add(nodes, value, scope);
  if (!value.is_structured()) return;
  for (const Json& child : value) add_below(nodes, child, scope);
}

// Counted from the end when negative.
long from_start(long index, const Json& array) {
  return index < 0 ? index + static_cast<long>(array.size()) : index;
}

void pick(const Indices& wanted, const Json& from, const Scope& scope, Nodes& into) {
  if (!from.is_array()) return;
  for (const long index : wanted.indices) {
    const long at = from_start(index, from);
    if (at >= 0 && at < static_cast<long>(from.size())) {
      add(into, from[static_cast<std::size_t>(at)], scope);
    }
  }
}

void pick(const Slice& slice, const Json& from, const Scope& scope, Nodes& into) {
  if (!from.is_array()) return;
  const long size = static_cast<long>(from.size());
  const long start = std::max(0L, from_start(slice.start.value_or(0), from));
  const long end = std::min(size, slice.end ? from_start(*slice.end, from) : size);
  for (long at = start; at < end; ++at) add(into, from[static_cast<std::size_t>(at)], scope);
}

void pick(const Names& wanted, const Json& from, const Scope& scope, Nodes& into) {
  if (!from.is_object()) return;
  for (const std::string& name : wanted.names) {
    if (const auto found = from.find(name); found != from.end()) add(into, *found, scope);
  }
}

void pick(const Step& step, const Json& from, const Scope& scope, Nodes& into) {
  std::visit(Overloaded{[&](const Everything&) {
                          if (!from.is_structured()) return;
                          for (const Json& child : from) add(into, child, scope);
                        },
                        [&](const Where& where) {
                          if (!from.is_structured()) return;
                          for (const Json& child : from) {
                            const Scope inner{scope.root, child, scope.steps};
                            if (holds(*where.condition, inner)) add(into, child, scope);
                          }
                        },
                        [&](const auto& wanted) { pick(wanted, from, scope, into); }},
             step.select);
}

Nodes select(const Path& path, const Scope& scope) {
  Nodes nodes{path.relative ? &scope.element : &scope.root};
  for (const Step& step : path.steps) {
    Nodes origins;
    if (step.deep) {
      for (const Json* node : nodes) add_below(origins, *node, scope);
    } else {
      origins = std::move(nodes);
    }
    Nodes next;
    for (const Json* node : origins) pick(step, *node, scope, next);
    nodes = std::move(next);
  }
  return nodes;
}

bool compares(const Json& value, Operator op, const Json& literal) {
  const bool ordered =
      (value.is_number() && literal.is_number()) || (value.is_string() && literal.is_string());
  switch (op) {
    case Operator::kEqual:
      return value == literal;
    case Operator::kNotEqual:
      return value != literal;
    case Operator::kLess:
      return ordered && value < literal;
    case Operator::kLessEqual:
      return ordered && value <= literal;
    case Operator::kGreater:
      return ordered && value > literal;
    case Operator::kGreaterEqual:
      return ordered && value >= literal;
  }
  return false;
}

template <typename Test>
bool any_selected(const Path& path, const Scope& scope, Test test) {
  const Nodes nodes = select(path, scope);
  return std::any_of(nodes.begin(), nodes.end(), [&](const Json* node) { return test(*node); });
}

bool holds(const Expression& expression, const Scope& scope) {
  scope.spend(1);
  const auto inner = [&](const ExpressionPtr& part) { return holds(*part, scope); };
  return std::visit(
      Overloaded{[&](const Exists& node) { return !select(node.path, scope).empty(); },
                 [&](const Comparison& node) {
                   return any_selected(node.path, scope, [&](const Json& value) {
                     return compares(value, node.op, node.literal);
                   });
                 },
                 [&](const Matches& node) {
                   return any_selected(node.path, scope, [&](const Json& value) {
                     if (!value.is_string()) return false;
                     const auto& subject = value.get_ref<const std::string&>();
                     scope.spend(std::min(subject.size(), Pattern::kLongestSubject));
                     return node.pattern.found_in(subject);
                   });
                 },
                 [&](const Not& node) { return !inner(node.inner); },
                 [&](const AllOf& node) {
                   return std::all_of(node.parts.begin(), node.parts.end(), inner);
                 },
                 [&](const AnyOf& node) {
                   return std::any_of(node.parts.begin(), node.parts.end(), inner);
                 }},
      expression.node);
}

}  // namespace
}  // namespace filter

Filter::Filter(const std::string& text) : root_(filter::parse(text)) {}

bool Filter::matches(const nlohmann::json& event) const {
  std::size_t steps = filter::kMostSteps;
  try {
    return filter::holds(*root_, {event, event, steps});
  } catch (const filter::Exhausted&) {
    return false;
  }
}

}  // namespace localcloud::en

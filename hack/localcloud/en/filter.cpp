#include "hack/localcloud/en/filter.h"

#include <algorithm>

#include "hack/localcloud/en/filter_parser.h"

namespace localcloud::en {
namespace filter {
namespace {

// Chains of ".." multiply; past this many values a path selects no more.
constexpr std::size_t kMostNodes = 20'000;

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
};

bool holds(const Expression& expression, const Scope& scope);

void add(Nodes& nodes, const Json& value) {
  if (nodes.size() < kMostNodes) nodes.push_back(&value);
}

void add_below(Nodes& nodes, const Json& value) {
  add(nodes, value);
  if (!value.is_structured() || nodes.size() == kMostNodes) return;
  for (const Json& child : value) add_below(nodes, child);
}

// Counted from the end when negative.
long from_start(long index, const Json& array) {
  return index < 0 ? index + static_cast<long>(array.size()) : index;
}

void pick(const Indices& wanted, const Json& from, Nodes& into) {
  if (!from.is_array()) return;
  for (const long index : wanted.indices) {
    const long at = from_start(index, from);
    if (at >= 0 && at < static_cast<long>(from.size())) {
      add(into, from[static_cast<std::size_t>(at)]);
    }
  }
}

void pick(const Slice& slice, const Json& from, Nodes& into) {
  if (!from.is_array()) return;
  const long size = static_cast<long>(from.size());
  const long start = std::max(0L, from_start(slice.start.value_or(0), from));
  const long end = std::min(size, slice.end ? from_start(*slice.end, from) : size);
  for (long at = start; at < end; ++at) add(into, from[static_cast<std::size_t>(at)]);
}

void pick(const Names& wanted, const Json& from, Nodes& into) {
  if (!from.is_object()) return;
  for (const std::string& name : wanted.names) {
    if (const auto found = from.find(name); found != from.end()) add(into, *found);
  }
}

void pick(const Step& step, const Json& from, const Json& root, Nodes& into) {
  std::visit(Overloaded{[&](const Everything&) {
                          if (!from.is_structured()) return;
                          for (const Json& child : from) add(into, child);
                        },
                        [&](const Where& where) {
                          if (!from.is_structured()) return;
                          for (const Json& child : from) {
                            if (holds(*where.condition, {root, child})) add(into, child);
                          }
                        },
                        [&](const auto& wanted) { pick(wanted, from, into); }},
             step.select);
}

Nodes select(const Path& path, const Scope& scope) {
  Nodes nodes{path.relative ? &scope.element : &scope.root};
  for (const Step& step : path.steps) {
    Nodes origins;
    if (step.deep) {
      for (const Json* node : nodes) add_below(origins, *node);
    } else {
      origins = std::move(nodes);
    }
    Nodes next;
    for (const Json* node : origins) pick(step, *node, scope.root, next);
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
                     return value.is_string() &&
                            node.pattern.found_in(value.get_ref<const std::string&>());
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
  return filter::holds(*root_, {event, event});
}

}  // namespace localcloud::en

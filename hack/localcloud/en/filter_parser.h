#pragma once
#include <string>

#include "hack/localcloud/en/filter_tree.h"

namespace localcloud::en::filter {

// Throws FilterError. Bounded: Filter::kLongest characters, 16 levels of brackets.
ExpressionPtr parse(const std::string& text);

}  // namespace localcloud::en::filter

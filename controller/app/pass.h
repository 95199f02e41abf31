#pragma once
#include <memory>
#include <vector>

#include "api/v1/binding.h"
#include "controller/app/options.h"
#include "controller/app/report.h"
#include "controller/app/stack.h"

namespace certloop::app {

// The share of this job instance: every `size`-th binding, so that N instances do all of them once.
std::vector<v1::Binding> share_of(std::vector<v1::Binding> bindings, std::size_t index,
                                  std::size_t size);

// Only what the event that started this job is about; everything for an event that does not say.
std::vector<v1::Binding> concerned_by(std::vector<v1::Binding> bindings, const std::string& event);

// Looks at each binding once, some at a time, in any order; results in the order of the bindings.
std::vector<PassResult> look_once(Stack& stack, const Options& options,
                                  std::vector<v1::Binding> bindings, Mode mode);

}  // namespace certloop::app

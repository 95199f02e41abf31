#pragma once
#include <tl/expected.hpp>
#include <vector>

#include "api/v1/binding.h"
#include "api/v1/mapping_yaml.h"

namespace certloop::v1 {

// Texts -> bindings: parse, then resolve. When the texts have faults, the references of what could
// be read are checked all the same, so that a user sees every fault at once, in the order of the
// texts. Pure.
tl::expected<std::vector<Binding>, std::vector<Fault>> load(const std::vector<SourceText>& texts,
                                                            const ResolveOptions& options = {},
                                                            const MappingLimits& limits = {});

}  // namespace certloop::v1

#pragma once
#include <vector>

#include "api/v1/mapping.h"
#include "api/v1/mapping_yaml.h"

namespace certloop::v1::internal {

// What could be read, and what was wrong. With faults the documents are incomplete: a value that
// was refused is left empty.
struct Parsed {
  std::vector<CertificateMapping> documents{};
  std::vector<Fault> faults{};
};

Parsed parse_all(const std::vector<SourceText>& texts, const MappingLimits& limits);

}  // namespace certloop::v1::internal

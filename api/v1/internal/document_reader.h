#pragma once
#include "api/v1/internal/fields.h"
#include "api/v1/mapping.h"

namespace certloop::v1::internal {

// One YAML document as a mapping. What is wrong goes to `report` and is left out of the result.
CertificateMapping read_document(Report& report, const Node& root);

}  // namespace certloop::v1::internal

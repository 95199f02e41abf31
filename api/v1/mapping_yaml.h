#pragma once
#include <cstddef>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/v1/mapping.h"

namespace certloop::v1 {

// Caps that hold before anything is parsed or kept.
struct MappingLimits {
  std::size_t max_bytes = 16u << 20;        // of one file
  std::size_t max_total_bytes = 64u << 20;  // of one folder
  std::size_t max_files = 1000;             // of one folder
  std::size_t max_documents = 1000;         // of one file
  std::size_t max_nodes = 1'000'000;        // keys and values of one file, aliases written out
  std::size_t max_faults = 200;             // reported; the rest is counted in a last one
};

// One file, already read. `name` is what messages call it.
struct SourceText {
  std::string name{};
  std::string text{};
};

// Text -> documents. Pure: no file, no clock, no environment. Reports all faults it can find, in
// the order of the text, not only the first. Unknown keys, wrong types, missing keys, doubled keys,
// bad values are faults; a YAML syntax error ends that text, not the others.
tl::expected<std::vector<CertificateMapping>, std::vector<Fault>> parse_mappings(
    const std::vector<SourceText>& texts, const MappingLimits& limits = {});

// Reads a file, or every *.yaml and *.yml of a folder (sorted; names that begin with a dot are
// skipped, since a mounted config map keeps its bookkeeping there). A missing file or an empty
// folder is a fault. Threads: any; blocks on the disk only.
tl::expected<std::vector<SourceText>, std::vector<Fault>> read_mapping_files(
    const std::string& path, const MappingLimits& limits = {});

}  // namespace certloop::v1

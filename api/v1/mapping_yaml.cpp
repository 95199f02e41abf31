#include "api/v1/mapping_yaml.h"

#include <iterator>
#include <optional>
#include <utility>

#include "api/v1/internal/document_reader.h"
#include "api/v1/internal/faults.h"
#include "api/v1/internal/parse.h"
#include "api/v1/internal/utf8.h"
#include "api/v1/internal/yaml_tree.h"

namespace certloop::v1 {
namespace {

using internal::Faults;
using internal::TextIndex;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// What must hold before the text may meet a YAML parser.
std::optional<Fault> check_bytes(const std::string& name, const std::string& text,
                                 const TextIndex& index) {
  const auto place = [&](std::size_t offset) {
    const internal::Position position = index.at_offset(offset);
    return Place{name, position.line, position.column};
  };
  const std::size_t malformed = internal::find_malformed(text);
  if (malformed != std::string::npos) {
    return Fault{place(malformed), "not UTF-8 text", "save the file as UTF-8"};
  }
  const std::size_t nul = text.find('\0');
  if (nul != std::string::npos) return Fault{place(nul), "a NUL byte", "save the file as UTF-8"};
  return std::nullopt;
}

void add(Faults& faults, Fault fault) {
  faults.add(std::move(fault.place), std::move(fault.message), std::move(fault.hint));
}

std::vector<CertificateMapping> parse_text(const SourceText& source, const MappingLimits& limits,
                                           Faults& faults) {
  if (source.text.size() > limits.max_bytes) {
    faults.add({source.name}, "longer than " + std::to_string(limits.max_bytes) + " bytes",
               "split the file");
    return {};
  }
  const bool marked = source.text.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0;
  const std::string text = source.text.substr(marked ? kByteOrderMark.size() : 0);
  const TextIndex index(text);
  if (auto fault = check_bytes(source.name, text, index)) {
    add(faults, std::move(*fault));
    return {};
  }
  const internal::Tree tree =
      internal::parse_tree(text, index, {limits.max_documents, limits.max_nodes});
  for (const auto& problem : tree.problems) {
    faults.add({source.name, problem.position.line, problem.position.column}, problem.message,
               problem.hint);
  }
  if (tree.documents.empty() && tree.problems.empty()) {
    faults.add({source.name, 1, 1}, "there is no mapping in this file",
               "it begins with 'apiVersion: certloop.dev/v1'");
  }
  internal::Report report(source.name, faults);
  std::vector<CertificateMapping> documents;
  for (const internal::Node* root : tree.documents) {
    documents.push_back(internal::read_document(report, *root));
  }
  return documents;
}

}  // namespace

internal::Parsed internal::parse_all(const std::vector<SourceText>& texts,
                                     const MappingLimits& limits) {
  Faults faults(limits.max_faults);
  Parsed parsed;
  if (texts.size() > limits.max_files) {
    faults.add({}, "more than " + std::to_string(limits.max_files) + " files");
    parsed.faults = std::move(faults).take();
    return parsed;
  }
  for (const SourceText& source : texts) {
    auto more = parse_text(source, limits, faults);
    faults.end_text();
    std::move(more.begin(), more.end(), std::back_inserter(parsed.documents));
  }
  if (!faults.empty()) parsed.faults = std::move(faults).take();
  return parsed;
}

tl::expected<std::vector<CertificateMapping>, std::vector<Fault>> parse_mappings(
    const std::vector<SourceText>& texts, const MappingLimits& limits) {
  internal::Parsed parsed = internal::parse_all(texts, limits);
  if (!parsed.faults.empty()) return tl::make_unexpected(std::move(parsed.faults));
  return std::move(parsed.documents);
}

}  // namespace certloop::v1

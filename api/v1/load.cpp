#include "api/v1/load.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "api/v1/internal/parse.h"

namespace certloop::v1 {
namespace {

// Without any manager or project every reference would be called unknown, which is noise beside the
// fault that took them away.
void drop_unscoped(std::vector<CertificateMapping>& documents) {
  std::erase_if(documents, [](const CertificateMapping& document) {
    return document.secrets_managers.empty() || document.projects.empty();
  });
}

void sort_by_place(std::vector<Fault>& faults, const std::vector<SourceText>& texts) {
  std::unordered_map<std::string, std::size_t> order;
  for (const SourceText& text : texts) order.emplace(text.name, order.size());
  const auto rank = [&](const Fault& fault) {
    const auto file = order.find(fault.place.file);
    return std::tuple(file == order.end() ? texts.size() : file->second, fault.place.line,
                      fault.place.column);
  };
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const Fault& a, const Fault& b) { return rank(a) < rank(b); });
}

}  // namespace

tl::expected<std::vector<Binding>, std::vector<Fault>> load(const std::vector<SourceText>& texts,
                                                            const ResolveOptions& options,
                                                            const MappingLimits& limits) {
  internal::Parsed parsed = internal::parse_all(texts, limits);
  if (parsed.faults.empty()) return resolve(parsed.documents, options);
  if (parsed.faults.size() < limits.max_faults) {
    drop_unscoped(parsed.documents);
    if (auto partial = resolve(parsed.documents, options); !partial) {
      std::move(partial.error().begin(), partial.error().end(), std::back_inserter(parsed.faults));
    }
    sort_by_place(parsed.faults, texts);
  }
  return tl::make_unexpected(std::move(parsed.faults));
}

}  // namespace certloop::v1

#include "hack/localcloud/ce/array_spec.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "hack/localcloud/ce/refusal.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestSpec = 253;
constexpr std::size_t kMostIndices = 1000;
constexpr int kLastIndex = 9'999'999;

Refusal bad_spec() {
  return invalid(
      "scale_array_spec is a list of indices and ranges from 0 to 9999999, at most 1000 in all.");
}

int index_of(const std::string& text) {
  int index = -1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc{} || stop != end || index < 0 || index > kLastIndex) throw bad_spec();
  return index;
}

void add_range(const std::string& part, std::set<int>& indices) {
  const std::size_t dash = part.find('-');
  const int first = index_of(part.substr(0, dash));
  const int last = dash == std::string::npos ? first : index_of(part.substr(dash + 1));
  if (last < first || static_cast<std::size_t>(last - first) >= kMostIndices) throw bad_spec();
  for (int index = first; index <= last; ++index) indices.insert(index);
}

}  // namespace

std::vector<int> parse_array_spec(const std::string& text) {
  if (text.size() > kLongestSpec) throw bad_spec();
  std::set<int> indices;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    add_range(text.substr(start, comma - start), indices);
    start = comma + 1;
  }
  if (indices.size() > kMostIndices) throw bad_spec();
  return {indices.begin(), indices.end()};
}

std::string array_spec(const std::vector<int>& indices) {
  std::string text;
  for (std::size_t first = 0; first < indices.size();) {
    std::size_t last = first;
    while (last + 1 < indices.size() && indices[last + 1] == indices[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(indices[first]);
    if (last > first) text += '-' + std::to_string(indices[last]);
    first = last + 1;
  }
  return text;
}

}  // namespace localcloud::ce

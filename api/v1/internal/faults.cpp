#include "api/v1/internal/faults.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace certloop::v1::internal {

void Faults::add(Place place, std::string message, std::string hint) {
  if (full()) {
    ++dropped_;
    return;
  }
  kept_.push_back({std::move(place), std::move(message), std::move(hint)});
}

void Faults::end_text() {
  const auto begin = kept_.begin() + static_cast<std::ptrdiff_t>(text_begin_);
  std::stable_sort(begin, kept_.end(), [](const Fault& a, const Fault& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  const auto same = [](const Fault& a, const Fault& b) {
    return std::tie(a.place.line, a.place.column, a.message) ==
           std::tie(b.place.line, b.place.column, b.message);
  };
  kept_.erase(std::unique(begin, kept_.end(), same), kept_.end());
  text_begin_ = kept_.size();
}

std::vector<Fault> Faults::take() && {
  if (dropped_ > 0) {
    kept_.push_back({{}, std::to_string(dropped_) + " more faults are not shown", {}});
  }
  return std::move(kept_);
}

}  // namespace certloop::v1::internal

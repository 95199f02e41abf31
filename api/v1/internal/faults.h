#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "api/v1/mapping.h"

namespace certloop::v1::internal {

// Collects faults up to a cap; what comes after is only counted, so that a file made to be wrong
// costs no memory. Not for use by several threads.
class Faults {
 public:
  explicit Faults(std::size_t cap) : cap_(cap) {}

  void add(Place place, std::string message, std::string hint = {});

  bool empty() const { return kept_.empty() && dropped_ == 0; }
  // True when a further fault would only be counted: an expensive hint is not worth finding.
  bool full() const { return kept_.size() >= cap_; }

  // Puts all that was added since the last call into the order of the text. A fault in an aliased
  // part is met once for each alias and kept once.
  void end_text();

  // All faults; the last one tells how many more there were, if any.
  std::vector<Fault> take() &&;

 private:
  std::size_t cap_;
  std::size_t text_begin_ = 0;
  std::size_t dropped_ = 0;
  std::vector<Fault> kept_{};
};

}  // namespace certloop::v1::internal

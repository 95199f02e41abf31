#include "controller/tls/chain.h"

#include <algorithm>
#include <numeric>

namespace certloop::tls {
namespace {

constexpr std::size_t kMaxSteps = 10'000;

using Indexes = std::vector<std::size_t>;

Indexes by_preference(const std::vector<Certificate>& certificates) {
  Indexes order(certificates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    const auto left_end = certificates[left].not_after();
    const auto right_end = certificates[right].not_after();
    if (left_end != right_end) return left_end > right_end;
    return certificates[left].der() < certificates[right].der();
  });
  return order;
}

class Search {
 public:
  Search(const std::vector<Certificate>& certificates, std::size_t leaf)
      : issuers_(certificates.size()),
        self_signed_(certificates.size()),
        reached_(certificates.size()),
        on_path_(certificates.size()) {
    explore(certificates, leaf);
    for (std::size_t i = 0; i < certificates.size(); ++i) {
      if (reached_[i] && (i == leaf || !self_signed_[i])) ++longest_possible_;
    }
    walk(leaf);
  }

  bool reached_all() const {
    return std::all_of(reached_.begin(), reached_.end(), [](bool reached) { return reached; });
  }
  const Indexes& longest() const { return longest_; }

 private:
  // Breadth first, so that signatures are verified only for what the leaf reaches.
  void explore(const std::vector<Certificate>& certificates, std::size_t leaf) {
    const auto preferred = by_preference(certificates);
    Indexes found{leaf};
    reached_[leaf] = true;
    for (std::size_t next = 0; next < found.size(); ++next) {
      const auto one = found[next];
      self_signed_[one] = certificates[one].self_signed();
      if (self_signed_[one]) continue;
      for (const auto candidate : preferred) {
        if (candidate == one || !certificates[one].issued_by(certificates[candidate])) continue;
        issuers_[one].push_back(candidate);
        if (!reached_[candidate]) found.push_back(candidate);
        reached_[candidate] = true;
      }
    }
  }

  void walk(std::size_t one) {
    ++steps_;
    path_.push_back(one);
    on_path_[one] = true;
    if (path_.size() > longest_.size()) longest_ = path_;
    for (const auto issuer : issuers_[one]) {
      if (steps_ >= kMaxSteps || longest_.size() == longest_possible_) break;
      if (!on_path_[issuer] && !self_signed_[issuer]) walk(issuer);
    }
    on_path_[one] = false;
    path_.pop_back();
  }

  std::vector<Indexes> issuers_;
  std::vector<bool> self_signed_;
  std::vector<bool> reached_;
  std::vector<bool> on_path_;
  std::size_t longest_possible_ = 0;
  std::size_t steps_ = 0;
  Indexes path_{};
  Indexes longest_{};
};

}  // namespace

Chain build_chain(const std::vector<Certificate>& certificates, std::size_t leaf) {
  const Search search(certificates, leaf);
  const Indexes& path = search.longest();
  return {.intermediates = Indexes(path.begin() + 1, path.end()),
          .complete = search.reached_all(),
          .last = path.back()};
}

}  // namespace certloop::tls

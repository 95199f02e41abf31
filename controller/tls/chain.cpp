#include "controller/tls/chain.h"

#include <algorithm>
#include <numeric>
#include <utility>

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

// How a path ends: among its own authorities, at an issuer that was not given, or at a given root.
// The first proves nothing to anybody.
enum class End { loop, open, root };
using Worth = std::pair<End, std::size_t>;  // then the length

class Search {
 public:
  Search(const std::vector<Certificate>& certificates, std::size_t leaf)
      : all_(certificates),
        issuers_(certificates.size()),
        authority_(certificates.size()),
        self_signed_(certificates.size()),
        on_path_(certificates.size()) {
    const auto reached = explore(leaf);
    reached_all_ = reached.size() == certificates.size();
    name_authorities(reached);
    walk(leaf, End::loop);
  }

  bool reached_all() const { return reached_all_; }
  const Indexes& best() const { return best_; }

 private:
  // Breadth first, so that signatures are verified only for what the leaf reaches.
  Indexes explore(std::size_t leaf) {
    const auto preferred = by_preference(all_);
    Indexes found{leaf};
    std::vector<bool> seen(all_.size());
    seen[leaf] = true;
    for (std::size_t next = 0; next < found.size(); ++next) {
      const auto one = found[next];
      self_signed_[one] = all_[one].self_signed();
      if (self_signed_[one]) continue;
      for (const auto candidate : preferred) {
        if (candidate == one || !all_[one].issued_by(all_[candidate])) continue;
        issuers_[one].push_back(candidate);
        if (!seen[candidate]) found.push_back(candidate);
        seen[candidate] = true;
      }
    }
    return found;
  }

  // An authority is called by the first of its certificates. The leaf stands for itself alone: one
  // that is an authority, too, may need another certificate of its own on the way to the root.
  void name_authorities(const Indexes& reached) {
    std::vector<bool> counted(all_.size());
    for (const auto one : reached) {
      const auto first = one == reached.front() ? reached.begin() : reached.begin() + 1;
      authority_[one] = *std::find_if(first, reached.end(), [&](std::size_t other) {
        return all_[one].same_authority(all_[other]);
      });
      const bool eligible = one == reached.front() || !self_signed_[one];
      if (!eligible) best_possible_.first = End::root;
      if (eligible && !counted[authority_[one]]) ++best_possible_.second;
      counted[authority_[one]] = counted[authority_[one]] || eligible;
    }
  }

  // A root beside the path serves as well as one at its end, so `end` never gets worse on the way.
  void walk(std::size_t one, End end) {
    ++steps_;
    path_.push_back(one);
    on_path_[authority_[one]] = true;
    for (const auto issuer : issuers_[one]) {
      if (self_signed_[issuer]) end = End::root;
    }
    const Worth worth{issuers_[one].empty() ? std::max(end, End::open) : end, path_.size()};
    if (worth > best_worth_) {
      best_worth_ = worth;
      best_ = path_;
    }
    for (const auto issuer : issuers_[one]) {
      if (steps_ >= kMaxSteps || best_worth_ == best_possible_) break;
      if (!on_path_[authority_[issuer]] && !self_signed_[issuer]) walk(issuer, end);
    }
    on_path_[authority_[one]] = false;
    path_.pop_back();
  }

  const std::vector<Certificate>& all_;
  std::vector<Indexes> issuers_;
  Indexes authority_;
  std::vector<bool> self_signed_;
  std::vector<bool> on_path_;  // by authority
  bool reached_all_ = false;
  std::size_t steps_ = 0;
  Indexes path_{};
  Indexes best_{};
  Worth best_worth_{End::loop, 0};
  Worth best_possible_{End::open, 0};
};

}  // namespace

Chain build_chain(const std::vector<Certificate>& certificates, std::size_t leaf) {
  const Search search(certificates, leaf);
  const Indexes& path = search.best();
  return {.intermediates = Indexes(path.begin() + 1, path.end()),
          .complete = search.reached_all(),
          .last = path.back()};
}

}  // namespace certloop::tls

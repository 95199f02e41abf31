#pragma once
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "api/v1/binding.h"
#include "controller/core/time.h"

namespace certloop::simulation {

using Texts = std::map<std::string, std::string>;

// A version that a source may have, and what a target must hold for it.
struct Certificate {
  std::string name{};  // "source2/same-key", for traces
  std::string leaf{};
  std::string chain{};
  std::string private_key{};
  std::vector<std::string> issuers{};  // as Secrets Manager gives them
  bool sound = true;                   // key and chain are right
  WallTime not_before{};
  WallTime not_after{};

  // It may begin a little ahead of the controller's clock.
  static constexpr std::chrono::seconds kSkew{60};
  bool is_good(WallTime now) const {
    return sound && not_before <= now + kSkew && now <= not_after;
  }
  // What the mapping's keys of this target hold.
  Texts texts(const v1::Target& target) const;
};

// Certificates for all sources and all seeds, made once with fresh keys. Immutable; threads: any.
class Certificates {
 public:
  static constexpr std::size_t kSources = 4;
  Certificates();

  const std::vector<Certificate>& of(std::size_t source) const { return all_[source]; }
  // A good pair of somebody else's.
  const Certificate& stranger() const { return stranger_; }
  // Pieces of the private keys, which nothing that people see may hold.
  const std::vector<std::string>& canaries() const { return canaries_; }

 private:
  std::vector<std::vector<Certificate>> all_;
  Certificate stranger_;
  std::vector<std::string> canaries_;
};

}  // namespace certloop::simulation

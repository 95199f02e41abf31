#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// Secrets Manager's side of its events: collects them and sends notifications every one to two
// minutes, each with up to 100 secrets of one instance, event type, secret type and subtype.
class Batcher {
 public:
  static constexpr std::size_t kMostSecrets = 100;
  // A whole notification without its notification id.
  using Send = std::function<void(Json event)>;

  // Declares its switches. The scheduler runs nothing after this is gone.
  Batcher(World& world, Send send);

  void add(SecretEvent event);
  // Sends all that is pending, in the order of each group's first event; answers how many
  // notifications that were.
  std::size_t flush();

 private:
  void schedule();

  World& world_;
  Send send_;
  std::vector<SecretEvent> pending_{};
  std::uint64_t round_ = 0;  // a timer of an earlier round has nothing to say
};

}  // namespace localcloud::en

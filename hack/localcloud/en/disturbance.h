#pragma once
#include <chrono>
#include <deque>
#include <optional>

#include "hack/localcloud/frame/http.h"

namespace localcloud::en {

enum class Disorder { kLose, kDelay, kDouble, kReorder };

// What happens to one delivery on order of a test.
struct Disturbance {
  Disorder disorder = Disorder::kLose;
  std::chrono::milliseconds delay{0};  // of kDelay; of kReorder: how long to wait for the others
  bool last = false;                   // the last one of its order
};

// The orders given over POST /_local/notifications, worked off first come, first served.
class Disturbances {
 public:
  // {"mode":"lose"|"delay"|"double"|"reorder","count":n,"delay_ms":n}; throws Refusal.
  void add(const Json& order);
  // For the next delivery: counts one off. Empty: nothing is ordered.
  std::optional<Disturbance> next();

 private:
  struct Order {
    Disturbance disturbance{};
    std::size_t left = 0;
  };
  std::deque<Order> orders_{};
};

}  // namespace localcloud::en

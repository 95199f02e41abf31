#include "controller/net/unobserved.h"

#include <atomic>

#include "controller/net/cpprest_transport.h"

namespace certloop::net {
namespace {

// The one mutable global of this layer: the destructors that count have no object of ours at hand,
// and what they tell is a fact about the process.
constinit std::atomic<std::size_t> unobserved{0};

}  // namespace

void count_unobserved_task_error() noexcept {
  unobserved.fetch_add(1, std::memory_order_relaxed);
}

std::size_t unobserved_task_errors() {
  return unobserved.load(std::memory_order_relaxed);
}

}  // namespace certloop::net

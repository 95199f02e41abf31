#pragma once
#include <memory>

// How this layer lives with OpenSSL. Names no type of it: OpenSSL's headers stay in .cpp files.
namespace certloop::tls {

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

// Sole owner of an object that is released by calling `Free`.
template <class T, auto Free>
using Owned = std::unique_ptr<T, Release<Free>>;

// At the edge of the layer: whatever failed inside leaves nothing in the thread's error queue,
// where the next TLS connection of this thread would take it for its own failure.
class CleanErrorQueue {
 public:
  CleanErrorQueue() = default;
  CleanErrorQueue(const CleanErrorQueue&) = delete;
  CleanErrorQueue& operator=(const CleanErrorQueue&) = delete;
  ~CleanErrorQueue();
};

}  // namespace certloop::tls

#pragma once
#include <algorithm>
#include <string>
#include <utility>

#include "controller/core/secret_bytes.h"

namespace certloop::net {

// Collects an answer's body and leaves no copy behind when it grows or is dropped. Not thread-safe.
class BodyBuffer {
 public:
  BodyBuffer() = default;
  ~BodyBuffer() { clear(); }
  BodyBuffer(const BodyBuffer&) = delete;
  BodyBuffer& operator=(const BodyBuffer&) = delete;

  std::size_t size() const { return bytes_.size(); }
  void reserve(std::size_t size) {
    if (size <= bytes_.capacity()) return;
    std::string bigger;
    bigger.reserve(std::max(size, 2 * bytes_.capacity()));
    bigger.assign(bytes_);
    clear();
    bytes_.swap(bigger);
  }
  void append(const void* data, std::size_t size) {
    reserve(bytes_.size() + size);
    bytes_.append(static_cast<const char*>(data), size);
  }
  SecretBytes take() { return SecretBytes(std::move(bytes_)); }

 private:
  void clear() noexcept {
    wipe(bytes_.data(), bytes_.size());
    bytes_.clear();
  }
  std::string bytes_;
};

}  // namespace certloop::net

#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace certloop {

// Overwrites memory in a way that the compiler must not drop. Threads: any.
void wipe(void* data, std::size_t size) noexcept;

// Bytes that nobody may see: private keys, tokens, request and answer bodies.
// - wiped when destroyed, assigned over or moved from;
// - no operator<<, no formatter, no begin()/end(), no implicit conversion: it does not compile into
//   a log call, a stream or a format string (tests/unit/core/secret_bytes_test.cpp holds that);
// - copying is spelled out (`clone`), so that each copy can be found by searching for it.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string_view bytes) : bytes_(bytes) {}
  // Takes the buffer over; what the caller keeps is empty.
  explicit SecretBytes(std::string&& bytes) : bytes_(std::move(bytes)) { drop(bytes); }
  explicit SecretBytes(const char* text) : bytes_(text) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) {
    drop(other.bytes_);
  }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      drop(bytes_);
      bytes_ = std::move(other.bytes_);
      drop(other.bytes_);
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { drop(bytes_); }

  SecretBytes clone() const { return SecretBytes(std::string_view(bytes_)); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  // The one way to the bytes. The view ends with this object; never put it into a message.
  std::string_view reveal() const { return bytes_; }

 private:
  // All of the buffer: a short text that was moved from stays behind in the string's own storage,
  // beyond its size. Growing to the capacity never allocates.
  static void drop(std::string& bytes) noexcept {
    bytes.resize(bytes.capacity());  // NOLINT(clang-analyzer-cplusplus.Move): that is the point
    wipe(bytes.data(), bytes.size());
    bytes.clear();
  }
  std::string bytes_;
};

// True when both hold the same bytes; takes the same time wherever they differ (their lengths may
// show). For shared secrets and tokens.
bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

}  // namespace certloop

#pragma once
#include <compare>
#include <memory>
#include <utility>

namespace certloop::v1 {

// A value that many hold and nobody can change: made once, passed on like a pointer, compared like
// the value. There always is one; a moved-from Shared still has it. Threads: any.
template <class T>
class Shared {
 public:
  Shared() : Shared(T{}) {}
  Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}
  Shared(const Shared&) = default;
  Shared& operator=(const Shared&) = default;

  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }

  bool operator==(const Shared& other) const { return value_ == other.value_ || **this == *other; }
  auto operator<=>(const Shared& other) const { return **this <=> *other; }

 private:
  std::shared_ptr<const T> value_;
};

}  // namespace certloop::v1

#include "controller/core/secret_bytes.h"

#include <string.h>  // explicit_bzero, glibc

namespace certloop {

void wipe(void* data, std::size_t size) noexcept {
  if (size > 0) explicit_bzero(data, size);
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  volatile unsigned difference = 0;  // volatile: the compiler may not leave the loop early
  for (std::size_t i = 0; i < left.size(); ++i) {
    const unsigned bits = static_cast<unsigned char>(left[i]) ^
                          static_cast<unsigned>(static_cast<unsigned char>(right[i]));
    difference = difference | bits;
  }
  return difference == 0;
}

}  // namespace certloop

#pragma once
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string_view>

#include "controller/ports/clock.h"

namespace certloop::simulation {

// All that happened, as one number (FNV-1a), and as text for who wants to read it. Certificates go
// in by name: their bytes differ from one process to the next.
class Trace {
 public:
  Trace(const Clock& clock, std::ostream* out) : clock_(clock), out_(out) {}

  void note(std::initializer_list<std::string_view> words) {
    const auto time = std::chrono::duration_cast<Duration>(clock_.steady_now().time_since_epoch());
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<char>(time.count() >> shift));
    for (const std::string_view word : words) {
      for (const char c : word) add(c);
      add(' ');
    }
    if (out_) print(time, words);
  }
  std::uint64_t hash() const { return hash_; }

 private:
  void add(char c) { hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u; }
  void print(Duration time, std::initializer_list<std::string_view> words) {
    *out_ << time.count() << "ms";
    for (const std::string_view word : words) *out_ << ' ' << word;
    *out_ << '\n';
  }

  const Clock& clock_;
  std::ostream* out_;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace certloop::simulation

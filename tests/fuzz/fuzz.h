#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The parsers of everything that comes from outside, each with the laws that hold for any input.
// libfuzzer.cpp looks for inputs that break them, replay.cpp tries the same few thousand every
// time.
namespace certloop::fuzz {

struct BrokenLaw : std::logic_error {
  using std::logic_error::logic_error;
};
// States a law. Another exception that leaves a target is a finding as well.
void law(bool holds, const char* sentence);

struct Target {
  std::string name{};
  void (*run)(std::string_view input) = nullptr;
  // Well-formed inputs to start from, made at run time: no key or certificate lies in the project.
  std::vector<std::string> (*seeds)() = nullptr;
};
const std::vector<Target>& targets();
// Null for an unknown name.
const Target* find_target(std::string_view name);

// Reads an input from its front, as a target divides it.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  unsigned byte();                   // 0 at the end
  std::string_view until(char end);  // consumed, too; all that is left without one
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// What every message of ours keeps to, whatever it is about: one line of printable ASCII, not long,
// and without a run of characters that could be a key or a token (an API key has 44).
void check_message(std::string_view message);
bool is_printable(std::string_view text);
// The longest run of what base64 is made of.
std::size_t longest_base64(std::string_view text);

}  // namespace certloop::fuzz

#pragma once
#include <regex>
#include <string>

namespace localcloud::en {

// The regular expressions of filters: Go's syntax, so no look-around and no back references; found
// anywhere in the subject unless the expression anchors itself. A leading (?i) is understood.
// Never exponential in time: the matcher is the polynomial one, and subjects have a limit.
class Pattern {
 public:
  static constexpr std::size_t kLongestPattern = 512;
  // Longer subjects count as not matching: half a subject could match by mistake.
  static constexpr std::size_t kLongestSubject = 2048;

  // Throws std::invalid_argument with a sentence about the fault.
  explicit Pattern(const std::string& text);
  bool found_in(const std::string& subject) const;

 private:
  std::regex compiled_;
};

}  // namespace localcloud::en

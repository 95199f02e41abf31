#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What list pages tell: enough to see that something changed, never what it became.
namespace certloop {

// One certificate in a Secrets Manager's list. `mark` is a digest of the id and of every member
// that a change can move: equal marks mean that nothing has changed between the two lists. By
// chance two of 2^64 are equal, and nobody gains by making them so: who can move a line can write
// the secret, and lists only spare looks, they never replace the whole one.
struct SourceLine {
  std::string id{};
  std::string type{};
  std::string name{};
  std::uint64_t mark = 0;
};
using SourceLines = std::vector<SourceLine>;

// The secrets of a project: name -> entity tag.
using TargetLines = std::map<std::string, std::string>;

}  // namespace certloop

#pragma once
#include <map>
#include <string>
#include <vector>

// What list pages tell: enough to see that something changed, never what it became.
namespace certloop {

// One certificate in a Secrets Manager's list. `mark` is every member that a change can move, in
// one text: equal marks mean that nothing has changed between the two lists.
struct SourceLine {
  std::string id{};
  std::string type{};
  std::string name{};
  std::string mark{};
};
using SourceLines = std::vector<SourceLine>;

// The secrets of a project: name -> entity tag.
using TargetLines = std::map<std::string, std::string>;

}  // namespace certloop

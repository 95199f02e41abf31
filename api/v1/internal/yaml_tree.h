#pragma once
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "api/v1/internal/utf8.h"

// YAML text as a tree of our own: bounded, with places, doubled keys kept. The only file that knows
// which YAML library is in use is yaml_tree.cpp.
namespace certloop::v1::internal {

enum class NodeKind { null, scalar, sequence, map };

struct Node {
  NodeKind kind = NodeKind::null;
  bool plain = false;  // a scalar without quotes, which YAML may take for a number or a boolean
  Position position{};
  std::string text{};                   // of a scalar
  std::vector<const Node*> children{};  // items; of a map: key, value, key, value and so on
  std::size_t size = 1;                 // nodes in this tree, aliases written out
};

// What kept the text from being a tree.
struct TreeProblem {
  Position position{};
  std::string message{};
  std::string hint{};
};

struct TreeLimits {
  std::size_t max_documents = 0;
  std::size_t max_nodes = 0;  // of all documents together
};

// The documents of one text. An alias is a second pointer to the same node, so the tree is a graph
// without cycles, and walking it touches at most max_nodes nodes.
struct Tree {
  std::vector<const Node*> documents{};  // without the empty ones
  std::vector<TreeProblem> problems{};   // the last one may have ended the reading early
  std::deque<Node> nodes{};              // owner of all
};

// `text` must be well-formed UTF-8 without a byte order mark. Never throws for its content.
Tree parse_tree(const std::string& text, const TextIndex& index, const TreeLimits& limits);

}  // namespace certloop::v1::internal

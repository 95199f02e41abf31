#include "api/v1/internal/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "api/v1/internal/wording.h"

namespace certloop::v1::internal {
namespace {

// The format needs 8 levels. Far below the depth at which the library's recursion would matter.
constexpr std::size_t kMaxDepth = 40;
// Problems that do not end the reading, such as tags.
constexpr std::size_t kMaxProblems = 100;

// Thrown through the library to end the reading at once; it never leaves this file.
struct Stop {
  TreeProblem problem{};
};

bool is_core_tag(const std::string& tag) {
  static constexpr std::string_view kTags[] = {
      "", "?", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& text, const TextIndex& index, const TreeLimits& limits, Tree& tree)
      : text_(text), index_(index), limits_(limits), tree_(tree) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    anchors_.clear();
    const Position here = position(mark);
    if (++documents_ > limits_.max_documents) {
      stop(here, "more than " + std::to_string(limits_.max_documents) + " documents",
           "split the file");
    }
    // The library takes whatever stands behind a document for a new one.
    if (documents_ > 1 && text_.compare(offset(mark), 3, "---") != 0) {
      stop(here, "the document should end here, or go on with a key", "check the indentation");
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node& node = make(NodeKind::null, mark, {}, anchor);
    attach(node, node.position);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node& node = make(NodeKind::scalar, mark, tag, anchor);
    node.plain = tag == "?";
    node.text = value;
    attach(node, node.position);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    const bool inside = found == anchors_.end() ||
                        std::find(open_.begin(), open_.end(), found->second) != open_.end();
    if (inside) stop(position(mark), "an alias stands inside of what it names", {});
    attach(*found->second, position(mark));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(NodeKind::sequence, mark, tag, anchor));
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(NodeKind::map, mark, tag, anchor));
  }
  void OnMapEnd() override { close(); }

  Position position(const YAML::Mark& mark) const {
    return index_.at(row(mark), static_cast<std::size_t>(std::max(mark.column, 0)));
  }

 private:
  static std::size_t row(const YAML::Mark& mark) {
    return static_cast<std::size_t>(std::max(mark.line, 0));
  }
  std::size_t offset(const YAML::Mark& mark) const {
    return index_.offset(row(mark), static_cast<std::size_t>(std::max(mark.column, 0)));
  }

  [[noreturn]] static void stop(Position here, std::string message, std::string hint) {
    throw Stop{{here, std::move(message), std::move(hint)}};
  }

  Node& make(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    Node& node = tree_.nodes.emplace_back();
    node.kind = kind;
    node.position = position(mark);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = &node;
    if (!is_core_tag(tag) && tree_.problems.size() < kMaxProblems) {
      tree_.problems.push_back(
          {node.position, "unknown tag " + quoted(tag), "the format has no tags; leave it out"});
    }
    return node;
  }

  void open(Node& node) {
    if (open_.size() == kMaxDepth) {
      stop(node.position, "nested more than " + std::to_string(kMaxDepth) + " levels deep", {});
    }
    open_.push_back(&node);
    check_size(node.position, tree_.nodes.size());
  }

  void close() {
    const Node& node = *open_.back();
    open_.pop_back();
    attach(node, node.position);
  }

  // `here` is where it is used, which for an alias is not where it stands.
  void attach(const Node& node, Position here) {
    if (!open_.empty()) {
      Node& parent = *open_.back();
      parent.children.push_back(&node);
      parent.size += node.size;
      check_size(here, parent.size);
      return;
    }
    total_ += node.size;
    check_size(here, total_);
    if (node.kind != NodeKind::null) tree_.documents.push_back(&node);
  }

  void check_size(Position here, std::size_t size) const {
    if (size <= limits_.max_nodes) return;
    stop(here,
         "more than " + std::to_string(limits_.max_nodes) +
             " keys and values, counting each alias as what it stands for",
         "split the file");
  }

  const std::string& text_;
  const TextIndex& index_;
  TreeLimits limits_;
  Tree& tree_;
  std::size_t documents_ = 0;
  std::size_t total_ = 0;
  std::vector<Node*> open_{};
  std::unordered_map<YAML::anchor_t, const Node*> anchors_{};
};

bool has_tab_indentation(const std::string& text, std::size_t line_begin) {
  const std::size_t first = text.find_first_not_of(' ', line_begin);
  return first != std::string::npos && text[first] == '\t';
}

TreeProblem syntax_problem(const std::string& text, const TextIndex& index, Position here,
                           std::string_view reason) {
  const auto line = static_cast<std::size_t>(here.line - 1);
  const bool tab = has_tab_indentation(text, index.offset(line, 0)) ||
                   (line > 0 && has_tab_indentation(text, index.offset(line - 1, 0)));
  return {here, "not valid YAML: " + printable(reason),
          tab ? "indent with spaces; YAML takes no tabs there"
              : "look at indentation, quotes and brackets here and just above"};
}

// The library reads a bracket to its end before it reports the first event, so our own bounds would
// come too late for the memory it takes.
bool exceeds_flow_bound(const std::string& text, std::size_t bound) {
  const auto flow = std::count_if(text.begin(), text.end(),
                                  [](char c) { return c == '[' || c == '{' || c == ','; });
  return static_cast<std::size_t>(flow) > bound;
}

}  // namespace

Tree parse_tree(const std::string& text, const TextIndex& index, const TreeLimits& limits) {
  Tree tree;
  if (exceeds_flow_bound(text, limits.max_nodes)) {
    tree.problems.push_back({{}, "too many brackets and commas to be a mapping", "split the file"});
    return tree;
  }
  TreeBuilder builder(text, index, limits, tree);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    tree.problems.push_back(stop.problem);
  } catch (const YAML::Exception& error) {
    tree.problems.push_back(syntax_problem(text, index, builder.position(error.mark), error.msg));
  }
  return tree;
}

}  // namespace certloop::v1::internal

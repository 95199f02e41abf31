#include "hack/localcloud/en/template_text.h"

#include <algorithm>
#include <vector>

namespace localcloud::en {

enum class Part { kText, kEscaped, kRaw, kEach, kIf, kUnless, kWith };

struct TemplateText::Node {
  Part part = Part::kText;
  std::string text{};  // literal, or a path
  std::vector<Node> body{};
  std::vector<Node> otherwise{};
};

namespace {

using Node = TemplateText::Node;

constexpr int kDeepest = 32;

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n~");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n~") - begin + 1);
}

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  std::vector<Node> parse() {
    std::vector<Node> nodes = parse_nodes(0);
    if (!stop_.empty()) throw TemplateError("{{" + stop_ + "}} has no beginning");
    return nodes;
  }

 private:
  // Up to the end, or to an else or the end of a block, which is then in stop_.
  std::vector<Node> parse_nodes(int depth) {
    if (depth > kDeepest) throw TemplateError("blocks are nested too deeply");
    std::vector<Node> nodes;
    stop_.clear();
    while (position_ < text_.size()) {
      const auto open = std::min(text_.find("{{", position_), text_.size());
      if (open > position_) {
        nodes.push_back({.text = text_.substr(position_, open - position_)});
      }
      position_ = open;
      if (position_ == text_.size()) break;
      if (!parse_tag(nodes, depth)) break;
    }
    return nodes;
  }

  // False: the tag ends this list of nodes.
  bool parse_tag(std::vector<Node>& nodes, int depth) {
    const bool raw = text_.compare(position_, 3, "{{{") == 0;
    const bool long_comment = text_.compare(position_, 5, "{{!--") == 0;
    const std::string tag = take(raw ? "{{{" : "{{", raw ? "}}}" : long_comment ? "--}}" : "}}");
    if (tag.empty()) throw TemplateError("{{}} names nothing");
    if (tag.front() == '!') return true;
    if (tag == "else" || tag == "^" || tag.front() == '/') {
      stop_ = tag;
      return false;
    }
    if (tag.front() == '#') {
      nodes.push_back(parse_block(tag, depth));
    } else if (raw || tag.front() == '&') {
      nodes.push_back({.part = Part::kRaw, .text = path_of(tag.substr(tag.front() == '&'))});
    } else {
      nodes.push_back({.part = Part::kEscaped, .text = path_of(tag)});
    }
    return true;
  }

  Node parse_block(const std::string& tag, int depth) {
    const auto blank = std::min(tag.find_first_of(" \t\r\n"), tag.size());
    const std::string name = trimmed(tag.substr(1, blank - 1));
    Node block{.part = kind_of(name), .text = path_of(trimmed(tag.substr(blank)))};
    block.body = parse_nodes(depth + 1);
    if (stop_ == "else" || stop_ == "^") block.otherwise = parse_nodes(depth + 1);
    if (stop_.empty() || trimmed(stop_.substr(1)) != name) {
      throw TemplateError("{{#" + name + "}} has no end");
    }
    stop_.clear();
    return block;
  }

  static Part kind_of(const std::string& name) {
    if (name == "each") return Part::kEach;
    if (name == "if") return Part::kIf;
    if (name == "unless") return Part::kUnless;
    if (name == "with") return Part::kWith;
    throw TemplateError("there is no block " + name);
  }

  static std::string path_of(const std::string& text) {
    const std::string path = trimmed(text);
    if (path.empty() || path.find_first_of(" \t\r\n{}'\"()|=>") != std::string::npos) {
      throw TemplateError("a tag holds something else than a path");
    }
    return path;
  }

  std::string take(const std::string& open, const std::string& close) {
    const auto start = position_ + open.size();
    const auto end = text_.find(close, start);
    if (end == std::string::npos) throw TemplateError("a tag has no end");
    position_ = end + close.size();
    return trimmed(text_.substr(start, end - start));
  }

  const std::string& text_;
  std::size_t position_ = 0;
  std::string stop_{};
};

struct Frame {
  Json value{};
  Json specials = Json::object();  // "@index" and so on
};

const Json* step(const Json* value, std::string name) {
  if (name.size() > 1 && name.front() == '[') name = name.substr(1, name.size() - 2);
  if (value->is_object()) {
    const auto found = value->find(name);
    return found == value->end() ? nullptr : &*found;
  }
  const bool is_index =
      !name.empty() && name.size() < 7 &&
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!value->is_array() || !is_index) return nullptr;
  const auto index = static_cast<std::size_t>(std::stoul(name));
  return index < value->size() ? &value->at(index) : nullptr;
}

Json resolve(std::string path, const std::vector<Frame>& frames) {
  std::size_t up = 0;
  for (; path.rfind("../", 0) == 0; ++up) path.erase(0, 3);
  if (up >= frames.size()) return nullptr;
  const Frame& frame = frames[frames.size() - 1 - up];
  if (path.front() == '@') return frame.specials.value(path, Json());
  const Json* value = &frame.value;
  std::size_t start = 0;
  while (value != nullptr && start <= path.size()) {
    const auto dot = std::min(path.find_first_of("./", start), path.size());
    const std::string name = path.substr(start, dot - start);
    if (name != "this" && !name.empty()) value = step(value, name);
    start = dot + 1;
  }
  return value == nullptr ? Json() : *value;
}

bool is_true(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value != 0;
  return !value.is_null() &&
         !(value.is_string() || value.is_array() ? value.empty() || value == "" : false);
}

std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#x27;";
        break;
      case '`':
        safe += "&#x60;";
        break;
      case '=':
        safe += "&#x3D;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

class Writer {
 public:
  explicit Writer(const Json& event) { frames_.push_back({.value = event}); }

  void write(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      if (output_.size() >= TemplateText::kMostOutput) return;
      write(node);
    }
  }
  std::string take() {
    output_.resize(std::min(output_.size(), TemplateText::kMostOutput));
    return std::move(output_);
  }

 private:
  void write(const Node& node) {
    if (node.part == Part::kText) {
      output_ += node.text;
      return;
    }
    const Json value = resolve(node.text, frames_);
    switch (node.part) {
      case Part::kText:
        return;
      case Part::kEscaped:
        output_ += escaped(text_of(value));
        return;
      case Part::kRaw:
        output_ += text_of(value);
        return;
      case Part::kEach:
        return write_each(node, value);
      case Part::kIf:
        return write(is_true(value) ? node.body : node.otherwise);
      case Part::kUnless:
        return write(is_true(value) ? node.otherwise : node.body);
      case Part::kWith:
        return is_true(value) ? write_inside(node, {.value = value}) : write(node.otherwise);
    }
  }

  void write_each(const Node& node, const Json& value) {
    if (!value.is_structured() || value.empty()) return write(node.otherwise);
    std::size_t index = 0;
    for (const auto& [key, element] : value.items()) {
      write_inside(node, {.value = element,
                          .specials = {{"@index", index},
                                       {"@key", key},
                                       {"@first", index == 0},
                                       {"@last", index + 1 == value.size()}}});
      ++index;
    }
  }

  void write_inside(const Node& node, Frame frame) {
    frames_.push_back(std::move(frame));
    write(node.body);
    frames_.pop_back();
  }

  std::vector<Frame> frames_{};
  std::string output_{};
};

}  // namespace

TemplateText::TemplateText(const std::string& text) {
  if (text.size() > kLongest) throw TemplateError("the template is too long");
  root_ = std::make_shared<const Node>(Node{.body = Parser(text).parse()});
}

std::string TemplateText::render(const Json& event) const {
  Writer writer(event);
  writer.write(root_->body);
  return writer.take();
}

}  // namespace localcloud::en

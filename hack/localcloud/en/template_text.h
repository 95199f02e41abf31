#pragma once
#include <memory>
#include <stdexcept>
#include <string>

#include "hack/localcloud/frame/http.h"

namespace localcloud::en {

struct TemplateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A text in the Handlebars language, as far as notifications need it: {{path}}, {{{path}}},
// comments, and the blocks each, if, unless and with, each with else; in paths this, @index, @key,
// @first, @last and ../. No helpers and no partials.
class TemplateText {
 public:
  static constexpr std::size_t kLongest = 64U << 10;  // as written
  static constexpr std::size_t kMostOutput = 1U << 20;

  explicit TemplateText(const std::string& text);  // throws TemplateError
  // What is not there is empty. {{path}} escapes for HTML, as Handlebars does. Cut off at
  // kMostOutput.
  std::string render(const Json& event) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace localcloud::en

#include "hack/localcloud/en/refusal.h"

#include <algorithm>

#include "hack/localcloud/frame/characters.h"

namespace localcloud::en {

void refuse(const std::string& message) {
  throw Refusal{.message = message};
}

void refuse(int status, const std::string& code, const std::string& message) {
  throw Refusal{status, code, message};
}

std::optional<std::string> text_if_given(const Json& body, const std::string& name, Length length) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (!found->is_string()) refuse(name + " must be a string");
  const auto& value = found->get_ref<const std::string&>();
  const std::size_t size = characters(value);
  if (size < length.least || size > length.most) {
    refuse(name + " must have " + std::to_string(length.least) + " to " +
           std::to_string(length.most) + " characters");
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(value.begin(), value.end(), is_control)) {
    refuse(name + " must not hold control characters");
  }
  return value;
}

std::string text(const Json& body, const std::string& name, Length length) {
  auto value = text_if_given(body, name, length);
  if (!value) refuse(name + " is required");
  return *std::move(value);
}

std::optional<bool> flag_if_given(const Json& body, const std::string& name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (!found->is_boolean()) refuse(name + " must be true or false");
  return found->get<bool>();
}

void refuse_unknown(const Json& object, std::initializer_list<const char*> known) {
  for (const auto& member : object.items()) {
    const std::string& name = member.key();
    const bool is_known =
        std::any_of(known.begin(), known.end(), [&](const char* one) { return name == one; });
    if (!is_known) refuse("unknown member " + name);
  }
}

}  // namespace localcloud::en

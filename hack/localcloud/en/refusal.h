#pragma once
#include <optional>
#include <string>

#include "hack/localcloud/frame/http.h"

namespace localcloud::en {

// Thrown where a request turns out to be bad; becomes an answer in IBM's standard shape.
struct Refusal {
  int status = 400;
  std::string code = "bad_request";
  std::string message{};
};

[[noreturn]] void refuse(const std::string& message);  // 400
[[noreturn]] void refuse(int status, const std::string& code, const std::string& message);

// How many characters, not bytes, a text member may have.
struct Length {
  std::size_t least = 0;
  std::size_t most = 255;
};

// Members of a JSON body. Each refuses a wrong type, a text out of bounds or with control
// characters; the first also a missing one.
std::string text(const Json& body, const std::string& name, Length length);
std::optional<std::string> text_if_given(const Json& body, const std::string& name, Length length);
std::optional<bool> flag_if_given(const Json& body, const std::string& name);

// Refuses members that are not among the known ones.
void refuse_unknown(const Json& object, std::initializer_list<const char*> known);

}  // namespace localcloud::en

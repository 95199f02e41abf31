#pragma once
#include <string>
#include <utility>
#include <vector>

// multipart/form-data as IBM's SDKs write it.
namespace forms {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Form {
  std::string content_type{};
  std::string body{};
};

Form go(const Fields& fields);      // JSON part with a type and a line end, the others without
Form node(const Fields& fields);    // long boundary of dashes, no types at all
Form python(const Fields& fields);  // text/plain everywhere else

}  // namespace forms

#pragma once
#include <functional>
#include <string>
#include <vector>

#include "hack/localcloud/ce/names.h"
#include "hack/localcloud/frame/http.h"

// The members of requests as tables: what each takes, and what stands for it when it is not given.
namespace localcloud::ce {

// The value as the document keeps it. Throws Refusal, whose text names the member.
using Check = std::function<Json(const std::string& member, const Json& value)>;

struct Field {
  std::string name{};
  Check check{};
  Json standard{};  // null: the document goes without
  bool required = false;
};

using Fields = std::vector<Field>;

// The members of `current` after a merge patch (RFC 7396) with `body`: other members of the body
// are ignored, a null resets to the standard. With an empty `current` it is a create. Holds the
// members of `fields` only. Throws Refusal.
Json merged(const Fields& fields, const Json& current, const Json& body);

// The same for a document that stays: null for members that it goes without from now on.
Json patched(const Fields& fields, const Json& current, const Json& body);

// The members that `fields` names and the document has.
Json selected(const Fields& fields, const Json& document);

Fields operator+(Fields left, const Fields& right);

Check text(std::size_t shortest, std::size_t longest);
Check texts();  // at most 100
Check choice(std::vector<std::string> values);
Check integer(std::int64_t low, std::int64_t high);
Check boolean();
Check named(const NameRule& rule);
// The members of an object; unknown ones are dropped.
Check object(Fields fields);
// An array of at most 100 objects. `finish` looks at each whole one.
Check objects(Fields fields, std::function<void(const Json&)> finish);

}  // namespace localcloud::ce

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hack/localcloud/frame/world.h"

namespace localcloud::sm {

struct Range {
  std::size_t least = 0;
  std::size_t most = 0;
};

// Names of secrets and groups: letters, digits, "_-."; alphanumeric or "_" first, alphanumeric
// last.
bool is_name(const std::string& text);
// 8-4-4-4-12 lowercase hex; the version digit is arbitrary in this service.
bool is_id(const std::string& text);

// A JSON body, read member by member. Every reader refuses with 400 what has another type or does
// not fit; a null member counts as absent. Lengths are in characters, not bytes.
class Fields {
 public:
  explicit Fields(const Json& body) : body_(body) {}  // must outlive this

  bool has(const std::string& name) const;       // there and not null
  bool mentions(const std::string& name) const;  // there, if only as null
  const Json& raw(const std::string& name) const { return body_.at(name); }
  const Json& body() const { return body_; }

  std::string text(const std::string& name, Range length) const;
  std::optional<std::string> maybe_text(const std::string& name, Range length) const;
  std::string name(const std::string& member, Range length) const;
  bool flag(const std::string& name, bool otherwise) const;
  std::int64_t integer(const std::string& name, std::int64_t least, std::int64_t most,
                       std::int64_t otherwise) const;
  std::vector<std::string> texts(const std::string& name, std::size_t most, Range length) const;
  // "a, b" as one text: {"a", "b"}
  std::vector<std::string> comma_texts(const std::string& name) const;
  std::string one_of(const std::string& name, const std::vector<std::string>& choices,
                     const std::string& otherwise) const;
  Json object(const std::string& name, std::size_t most_bytes) const;  // {} when absent
  std::optional<Time> maybe_time(const std::string& name) const;

 private:
  const Json& body_;
};

}  // namespace localcloud::sm

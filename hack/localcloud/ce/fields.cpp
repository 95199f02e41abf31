#include "hack/localcloud/ce/fields.h"

#include <algorithm>
#include <utility>

#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"
#include "hack/localcloud/frame/characters.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kMostEntries = 100;

Refusal bad(const std::string& name, const std::string& rule) {
  return invalid("The member " + name + " is not " + rule + ".");
}

const Json& array_of(const std::string& name, const Json& value) {
  if (!value.is_array() || value.size() > kMostEntries) {
    throw bad(name, "an array of at most 100 entries");
  }
  return value;
}

// What the member would be; null: its standard.
Json wanted(const Json* now, const Json& body, const std::string& name) {
  const auto given = body.find(name);
  if (given == body.end()) return now == nullptr ? Json() : *now;
  Json value = now == nullptr ? Json() : *now;
  value.merge_patch(*given);
  return value;
}

}  // namespace

Json merged(const Fields& fields, const Json& current, const Json& body) {
  Json members = Json::object();
  for (const Field& field : fields) {
    const Json value = wanted(member(current, field.name), body, field.name);
    if (!value.is_null()) {
      members[field.name] = field.check(field.name, value);
    } else if (field.required) {
      throw invalid("The member " + field.name + " is missing.");
    } else if (!field.standard.is_null()) {
      members[field.name] = field.standard;
    }
  }
  return members;
}

Json patched(const Fields& fields, const Json& current, const Json& body) {
  Json members = merged(fields, current, body);
  for (const Field& field : fields) members.emplace(field.name, nullptr);
  return members;
}

Json selected(const Fields& fields, const Json& document) {
  Json members = Json::object();
  for (const Field& field : fields) {
    if (const Json* value = member(document, field.name)) members[field.name] = *value;
  }
  return members;
}

Fields operator+(Fields left, const Fields& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Check text(std::size_t shortest, std::size_t longest) {
  return [shortest, longest](const std::string& name, const Json& value) {
    if (!value.is_string()) throw bad(name, "a string");
    const std::size_t length = characters(value.get_ref<const std::string&>());
    if (length < shortest || length > longest) {
      throw bad(name, "a string of " + std::to_string(shortest) + " to " + std::to_string(longest) +
                          " characters");
    }
    return value;
  };
}

Check texts() {
  return [](const std::string& name, const Json& value) {
    for (const Json& item : array_of(name, value)) {
      if (!item.is_string()) throw bad(name, "an array of strings");
    }
    return value;
  };
}

Check choice(std::vector<std::string> values) {
  return [values = std::move(values)](const std::string& name, const Json& value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) {
      throw bad(name, "one of the values it can have");
    }
    return value;
  };
}

Check integer(std::int64_t low, std::int64_t high) {
  return [low, high](const std::string& name, const Json& value) {
    if (!value.is_number_integer() || value < low || value > high) {
      throw bad(name, "an integer from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return value;
  };
}

Check boolean() {
  return [](const std::string& name, const Json& value) {
    if (!value.is_boolean()) throw bad(name, "true or false");
    return value;
  };
}

Check named(const NameRule& rule) {
  return [&rule](const std::string& name, const Json& value) {
    if (!value.is_string() || !rule.valid(value.get_ref<const std::string&>())) {
      throw bad(name, "the name of a resource");
    }
    return value;
  };
}

Check object(Fields fields) {
  return [fields = std::move(fields)](const std::string& name, const Json& value) {
    if (!value.is_object()) throw bad(name, "an object");
    return merged(fields, Json::object(), value);
  };
}

Check objects(Fields fields, std::function<void(const Json&)> finish) {
  return [one = object(std::move(fields)), finish = std::move(finish)](const std::string& name,
                                                                       const Json& value) {
    Json items = Json::array();
    for (const Json& item : array_of(name, value)) {
      items.push_back(one(name, item));
      finish(items.back());
    }
    return items;
  };
}

}  // namespace localcloud::ce

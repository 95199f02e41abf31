#include "hack/localcloud/sm/fields.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "hack/localcloud/frame/characters.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

const std::string& checked_text(const Json& value, const std::string& name, Range length) {
  if (!value.is_string()) refuse(400, "'" + name + "' must be a string.");
  const auto& text = value.get_ref<const std::string&>();
  const std::size_t size = characters(text);
  if (size < length.least || size > length.most) {
    refuse(400, "'" + name + "' must have " + std::to_string(length.least) + " to " +
                    std::to_string(length.most) + " characters.");
  }
  return text;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

bool is_name(const std::string& text) {
  if (text.empty() || !is_alphanumeric(text.back())) return false;
  if (!is_alphanumeric(text.front()) && text.front() != '_') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

bool is_id(const std::string& text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

bool Fields::mentions(const std::string& name) const {
  return body_.contains(name);
}

bool Fields::has(const std::string& name) const {
  const auto at = body_.find(name);
  return at != body_.end() && !at->is_null();
}

std::string Fields::text(const std::string& name, Range length) const {
  if (!has(name)) refuse(400, "'" + name + "' is required.");
  return checked_text(raw(name), name, length);
}

std::optional<std::string> Fields::maybe_text(const std::string& name, Range length) const {
  if (!has(name)) return std::nullopt;
  return text(name, length);
}

std::string Fields::name(const std::string& member, Range length) const {
  std::string value = text(member, length);
  if (!is_name(value)) refuse(400, "'" + member + "' has characters that a name cannot have.");
  return value;
}

bool Fields::flag(const std::string& name, bool otherwise) const {
  if (!has(name)) return otherwise;
  if (!raw(name).is_boolean()) refuse(400, "'" + name + "' must be true or false.");
  return raw(name).get<bool>();
}

std::int64_t Fields::integer(const std::string& name, std::int64_t least, std::int64_t most,
                             std::int64_t otherwise) const {
  if (!has(name)) return otherwise;
  const Json& value = raw(name);
  const bool fits = value.is_number_integer() && value.get<std::int64_t>() >= least &&
                    value.get<std::int64_t>() <= most;
  if (!fits) {
    refuse(400, "'" + name + "' must be an integer from " + std::to_string(least) + " to " +
                    std::to_string(most) + ".");
  }
  return value.get<std::int64_t>();
}

std::vector<std::string> Fields::texts(const std::string& name, std::size_t most,
                                       Range length) const {
  if (!has(name)) return {};
  const Json& values = raw(name);
  if (!values.is_array() || values.size() > most) {
    refuse(400, "'" + name + "' must be an array of at most " + std::to_string(most) + ".");
  }
  std::vector<std::string> found;
  for (const Json& value : values) found.push_back(checked_text(value, name, length));
  return found;
}

std::vector<std::string> Fields::comma_texts(const std::string& name) const {
  std::istringstream list(maybe_text(name, {0, 2048}).value_or(""));
  std::vector<std::string> found;
  for (std::string part; std::getline(list, part, ',');) {
    if (!trimmed(part).empty()) found.push_back(trimmed(part));
  }
  return found;
}

std::string Fields::one_of(const std::string& name, const std::vector<std::string>& choices,
                           const std::string& otherwise) const {
  const std::string value = maybe_text(name, {0, 256}).value_or(otherwise);
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    refuse(400, "'" + name + "' is not one of its known values.");
  }
  return value;
}

Json Fields::object(const std::string& name, std::size_t most_bytes) const {
  if (!has(name)) return Json::object();
  const Json& value = raw(name);
  if (!value.is_object() || value.dump().size() > most_bytes) {
    refuse(400,
           "'" + name + "' must be an object of at most " + std::to_string(most_bytes) + " bytes.");
  }
  return value;
}

std::optional<Time> Fields::maybe_time(const std::string& name) const {
  const auto text = maybe_text(name, {1, 64});
  if (!text) return std::nullopt;
  try {
    return parse_rfc3339(*text);
  } catch (const std::invalid_argument&) {
    refuse(400, "'" + name + "' must be a date-time.");
  }
}

}  // namespace localcloud::sm

#include "api/v1/internal/fields.h"

#include <algorithm>
#include <charconv>

#include "api/v1/internal/wording.h"

namespace certloop::v1::internal {
namespace {

static_assert(std::all_of(std::begin(kAllKeys), std::end(kAllKeys),
                          [](const KeySet& set) { return set.keys.size() <= kMaxKeys; }));

const char* with_article(NodeKind kind) {
  switch (kind) {
    case NodeKind::null:
      return "empty";
    case NodeKind::scalar:
      return "a text";
    case NodeKind::sequence:
      return "a list";
    case NodeKind::map:
      return "a map";
  }
  return "empty";
}

// YAML 1.2, core schema. (The old "yes" and "on" are text, as in the JSON Schema's world.)
bool is_boolean(std::string_view text) {
  static constexpr std::string_view kBooleans[] = {"true",  "True",  "TRUE",
                                                   "false", "False", "FALSE"};
  return std::find(std::begin(kBooleans), std::end(kBooleans), text) != std::end(kBooleans);
}

bool is_number(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  const bool begins = !text.empty() && (text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
  if (!begins) return false;
  const std::string_view radix = text.substr(0, 2);
  if (radix == "0x") return text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos;
  if (radix == "0o") return text.find_first_not_of("01234567", 2) == text.npos;
  double value = 0;
  const char* const end = text.data() + text.size();
  return std::from_chars(text.data(), end, value).ptr == end;
}

std::vector<std::string_view> names(const KeySet& set) {
  std::vector<std::string_view> out;
  for (const Key& key : set.keys) out.push_back(key.name);
  return out;
}

bool is_key(Report& report, const Node& key) {
  if (key.kind == NodeKind::scalar) return true;
  report.fault(report.place(key),
               std::string("a key must be a text, not ") + with_article(key.kind));
  return false;
}

std::string doubled(Report& report, const Node& first) {
  return "the first one is at " + to_string(report.place(first));
}

}  // namespace

Place Report::place(const Node& node) const {
  return {file_, node.position.line, node.position.column};
}

Place Report::place(const Field& field) const {
  const bool empty = field.value == nullptr || field.value->kind == NodeKind::null;
  return place(empty && field.owner != nullptr ? *field.owner : *field.value);
}

void Report::fault(Place where, std::string message, std::string hint) {
  faults_.add(std::move(where), std::move(message), std::move(hint));
}

std::string_view Report::unknown_key(const Node& key, const KeySet& allowed) {
  const auto not_yet = std::find(std::begin(kNotYetKeys), std::end(kNotYetKeys), key.text);
  if (allowed.what == kFromKeys.what && not_yet != std::end(kNotYetKeys)) {
    fault(place(key), "selecting by " + quoted(key.text) + " is not supported yet",
          "name one secret: 'id', or 'group', 'type' and 'name'");
    return "id";
  }
  if (key.text == "<<") {
    fault(place(key), "merge keys ('<<') are not supported", "an alias for a whole value is");
    return {};
  }
  const auto known = faults_.full() ? std::vector<std::string_view>() : names(allowed);
  fault(place(key), "unknown key " + quoted(key.text), near_or_all(key.text, known));
  return nearest(key.text, known);
}

bool is_kind(Report& report, const Field& field, NodeKind kind) {
  if (!field) return false;
  if (field.value->kind == kind) return true;
  report.fault(report.place(field), std::string(field.name) + " must be " + with_article(kind) +
                                        ", not " + with_article(field.value->kind));
  return false;
}

Fields::Fields(Report& report, const Field& map, const KeySet& keys)
    : keys_(keys), is_map_(is_kind(report, map, NodeKind::map)) {
  if (!is_map_) return;
  const auto& pairs = map.value->children;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (is_key(report, *pairs[i])) take(report, *pairs[i], *pairs[i + 1]);
  }
  for (std::size_t i = 0; i < keys_.keys.size(); ++i) {
    if (!keys_.keys[i].required || fields_[i] || misspelled_[i]) continue;
    report.fault(report.place(map), "missing key " + quoted(keys_.keys[i].name),
                 "every " + std::string(keys_.what) + " needs one");
  }
}

void Fields::take(Report& report, const Node& key, const Node& value) {
  const std::size_t index = index_of(key.text);
  if (index == kNone) {
    const std::size_t meant = index_of(report.unknown_key(key, keys_));
    if (meant != kNone) misspelled_[meant] = true;
    return;
  }
  Field& field = fields_[index];
  if (field) {
    return report.fault(report.place(key), "doubled key " + quoted(key.text),
                        doubled(report, *field.owner));
  }
  field = {keys_.keys[index].name, &key, &value};
}

std::size_t Fields::index_of(std::string_view key) const {
  const auto known = std::find_if(keys_.keys.begin(), keys_.keys.end(),
                                  [&](const Key& one) { return one.name == key; });
  return known == keys_.keys.end() ? kNone : static_cast<std::size_t>(known - keys_.keys.begin());
}

const Field& Fields::operator[](std::string_view key) const {
  static constexpr Field kAbsent{};
  const std::size_t index = index_of(key);
  return index == kNone ? kAbsent : fields_[index];
}

std::vector<Field> open_map(Report& report, const Field& map,
                            Checked<std::string> (*check_key)(const std::string&)) {
  std::vector<Field> fields;
  if (!is_kind(report, map, NodeKind::map)) return fields;
  const auto& pairs = map.value->children;
  if (pairs.empty()) {
    report.fault(report.place(map), std::string(map.name) + " must not be empty");
  }
  std::unordered_map<std::string_view, const Node*> seen;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const Node& key = *pairs[i];
    if (!is_key(report, key)) continue;
    const auto [first, fresh] = seen.emplace(key.text, &key);
    if (!fresh) {
      report.fault(report.place(key), "doubled key " + quoted(key.text),
                   doubled(report, *first->second));
      continue;
    }
    const Field name{"the name", &key, &key};
    if (read(report, name, check_key)) fields.push_back({key.text, &key, pairs[i + 1]});
  }
  return fields;
}

std::vector<Field> items(Report& report, const Field& list, std::string_view item) {
  std::vector<Field> fields;
  if (!is_kind(report, list, NodeKind::sequence)) return fields;
  for (const Node* node : list.value->children) fields.push_back({item, list.owner, node});
  if (fields.empty()) {
    report.fault(report.place(list), std::string(list.name) + " must not be empty");
  }
  return fields;
}

std::optional<std::string> text_of(Report& report, const Field& field, Plain plain) {
  if (!is_kind(report, field, NodeKind::scalar)) return std::nullopt;
  const Node& node = *field.value;
  const bool other = node.plain && (is_number(node.text) || is_boolean(node.text));
  if (!other || plain == Plain::numeric) return node.text;
  report.fault(report.place(field),
               std::string(field.name) + " must be a text, not " +
                   (is_boolean(node.text) ? "a boolean" : "a number"),
               "put it in quotes");
  return std::nullopt;
}

std::optional<bool> flag_of(Report& report, const Field& field) {
  if (!is_kind(report, field, NodeKind::scalar)) return std::nullopt;
  const Node& node = *field.value;
  if (node.plain && is_boolean(node.text)) return node.text[0] == 't' || node.text[0] == 'T';
  report.fault(report.place(field),
               std::string(field.name) + " must be true or false, not " + quoted(node.text),
               is_boolean(node.text) ? "write it without quotes" : "");
  return std::nullopt;
}

}  // namespace certloop::v1::internal

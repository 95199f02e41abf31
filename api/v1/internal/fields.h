#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/v1/internal/faults.h"
#include "api/v1/internal/keys.h"
#include "api/v1/internal/values.h"
#include "api/v1/internal/yaml_tree.h"

// Reading a tree with all faults at once: what is wrong is reported and then treated as absent, so
// that reading goes on. Everything here is used by one thread and lives as long as its tree.
namespace certloop::v1::internal {

// A value with its name. An empty value has no place of its own, so faults of it stand at `owner`:
// its key, or the list it is in.
struct Field {
  std::string_view name{};
  const Node* owner = nullptr;
  const Node* value = nullptr;

  explicit operator bool() const { return value != nullptr; }
};

// Where faults go, and the name of the text they are in.
class Report {
 public:
  Report(std::string file, Faults& faults) : file_(std::move(file)), faults_(faults) {}

  Place place(const Node& node) const;
  Place place(const Field& field) const;
  void fault(Place place, std::string message, std::string hint = {});
  // Gives the known key that was probably meant, or empty.
  std::string_view unknown_key(const Node& key, const KeySet& allowed);

 private:
  std::string file_;
  Faults& faults_;
};

// True if the field is there and of that kind; reports a fault if it is there and is not.
bool is_kind(Report& report, const Field& field, NodeKind kind);

// The values of a map with fixed keys. Reports unknown, doubled and missing keys; a key that was
// only misspelled is not missing as well.
class Fields {
 public:
  Fields(Report& report, const Field& map, const KeySet& keys);

  // False if it was no map at all: then nothing can be said about its keys.
  explicit operator bool() const { return is_map_; }
  // Absent when the map has no such key; then operator bool of it is false.
  const Field& operator[](std::string_view key) const;

 private:
  static constexpr std::size_t kNone = kMaxKeys;

  void take(Report& report, const Node& key, const Node& value);
  std::size_t index_of(std::string_view key) const;  // kNone for an unknown one

  KeySet keys_;
  bool is_map_;
  std::array<Field, kMaxKeys> fields_{};
  std::array<bool, kMaxKeys> misspelled_{};
};

// The pairs of a map whose keys the user chooses, in order. Reports an empty map and doubled keys,
// and gives each key once.
std::vector<Field> open_map(Report& report, const Field& map,
                            Checked<std::string> (*check_key)(const std::string&));

// The items of a list. Reports an empty list. `item` names one of them in messages.
std::vector<Field> items(Report& report, const Field& list, std::string_view item);

// The text of a scalar. `numeric` allows what YAML would take for a number or a boolean.
enum class Plain { text, numeric };
std::optional<std::string> text_of(Report& report, const Field& field, Plain plain);

// A boolean of YAML, written without quotes.
std::optional<bool> flag_of(Report& report, const Field& field);

// The checked value; empty if absent or wrong.
template <class T>
std::optional<T> read(Report& report, const Field& field, Checked<T> (*check)(const std::string&),
                      Plain plain = Plain::text) {
  const auto text = text_of(report, field, plain);
  if (!text) return std::nullopt;
  auto value = check(*text);
  if (value) return std::move(*value);
  report.fault(report.place(field), std::string(field.name) + " " + value.error().message,
               std::move(value.error().hint));
  return std::nullopt;
}

}  // namespace certloop::v1::internal

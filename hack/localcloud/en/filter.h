#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace localcloud::en {

namespace filter {
struct Expression;
}

struct FilterError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// One filter of a topic's rule, over the whole event (docs of Event Notifications,
// en-advanced-filtering): a path, which holds when it selects something, or a path compared with a
// literal, joined with && || not(...). Where a path selects several values, one that fits is
// enough; where it selects none, no comparison holds, not even !=.
class Filter {
 public:
  static constexpr std::size_t kLongest = 4096;

  // Throws FilterError, with the place of the fault.
  explicit Filter(const std::string& text);
  // Takes bounded work: a filter that asks for too much over this event does not match.
  bool matches(const nlohmann::json& event) const;

 private:
  std::shared_ptr<const filter::Expression> root_;
};

}  // namespace localcloud::en

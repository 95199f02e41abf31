#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hack/localcloud/frame/world.h"

// What one Secrets Manager instance holds. Plain data; instance.h guards the rules.
namespace localcloud::sm {

enum class State : int {
  kPreActivation = 0,
  kActive = 1,
  kSuspended = 2,
  kDeactivated = 3,
  kDestroyed = 5
};
const char* describe(State state);

// What a kind of secret makes out of a body: the payload and the metadata that goes with it.
struct Content {
  Json payload = Json::object();       // flat members: "certificate", "data", ...
  Json about_secret = Json::object();  // shown with the secret while this is the current version
  Json about_version = Json::object();
  std::optional<Time> expires{};
  bool handed_out = false;  // the answer shows generated data, which counts as a download
};

// A content that comes later. `fulfil` may throw std::invalid_argument: the order has failed.
struct Order {
  std::function<Content()> fulfil{};
  std::vector<std::string> challenges{};  // domains whose owner has to validate them by hand first
};

// A content that somebody else brings: a signed certificate, or the result of a task.
struct Awaited {
  bool by_task = false;
};

using Outcome = std::variant<Content, Order, Awaited>;

struct Draft {
  Json own = Json::object();  // metadata that stays with the secret over its versions
  std::optional<Time> expires{};
  Json request = Json::object();  // what a rotation has to repeat; never shown
  Outcome content{};
};

struct Lock {
  std::string name{};
  std::string description{};
  Json attributes = Json::object();
  Time created_at{};
  Time updated_at{};
};

struct Version {
  std::string id{};
  Time created_at{};
  Content content{};
  bool payload_available = true;
  bool downloaded = false;
  bool auto_rotated = false;
  Json custom_metadata = Json::object();
  std::vector<Lock> locks{};
};

struct Task {
  std::string id{};
  std::string type{};  // "create_credentials"
  std::string status{};
  std::string trigger{};
  Time created_at{};
  Time updated_at{};
  Json errors = Json::array();
  Version version{};  // the one to be, or the one whose credentials go
};

struct Secret {
  std::string id{};
  std::string type{};
  std::string name{};
  std::string description{};
  std::string group_id{};  // kDefaultGroup for the default group, however it is shown
  std::vector<std::string> labels{};
  Json custom_metadata = Json::object();
  State state = State::kActive;
  Time created_at{};
  Time updated_at{};
  std::optional<Time> retrieved_at{};
  std::optional<Time> expires{};  // set by the user; a certificate's lies in its content
  Json own = Json::object();
  Json request = Json::object();
  bool ordering = false;
  std::function<void()> validate{};  // an order that waits for its challenges goes on
  std::uint64_t versions_made = 0;
  std::vector<Version> versions{};  // oldest first; the last is current
  std::vector<Task> tasks{};        // oldest first; custom_credentials only
  // How far time alone has been worked off: see clockwork.h.
  Time warned_until{};
  std::optional<Time> expiry_told_at{};
  std::optional<Time> rotation_retry{};
};

struct Group {
  std::string id{};
  std::string name{};
  std::string description{};
  Time created_at{};
  Time updated_at{};
};

inline constexpr char kDefaultGroup[] = "default";

}  // namespace localcloud::sm

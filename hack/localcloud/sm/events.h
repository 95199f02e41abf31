#pragma once
#include <string>

#include "hack/localcloud/sm/model.h"

namespace localcloud::sm {

class Instance;

inline constexpr char kService[] = "SecretsManager";  // who triggered what no caller did

struct Happening {
  std::string type{};  // "secret_rotated"
  std::string sub_type{};
  std::string severity = "LOW";
  std::string by{};
  std::string failure_reason{};  // failures only
  Json task = Json::object();    // what a task's event says besides
};

// Tells Event Notifications, when the cloud has one. Whether anybody listens is its business.
void publish(Instance& instance, const Secret& secret, const Happening& happening);
// The secret has lost data. When that was the last it had, this is told.
void publish_if_emptied(Instance& instance, const Secret& secret, const std::string& by);
void publish_test_event(Instance& instance);

}  // namespace localcloud::sm

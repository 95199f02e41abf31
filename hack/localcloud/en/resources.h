#pragma once
#include <functional>
#include <string>

#include "hack/localcloud/en/model.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

class FanOut;
class Signing;
class Timer;

// Hangs handlers under an instance's path. All references outlive the router.
struct Mount {
  using Handler = std::function<Response(Instance&, const Request&, const Params&)>;

  Router& router;
  World& world;
  Instances& instances;

  // `pattern` below the instance: "/topics/{id}".
  void on(const std::string& method, const std::string& pattern, Handler handler) const;
};

void mount_sources(const Mount& mount);
void mount_topics(const Mount& mount, Timer& timer);
void mount_destinations(const Mount& mount, Signing& signing);
void mount_subscriptions(const Mount& mount);
void mount_templates(const Mount& mount);
void mount_integrations(const Mount& mount);
void mount_notifications(const Mount& mount, FanOut& fan_out);

// A fresh instance: the built-in timer source and the built-in e-mail and SMS destinations.
Instance make_instance(const std::string& crn, World& world);

// Takes the source out of the instance and of its topics.
void remove_source(Instance& instance, const std::string& id);

}  // namespace localcloud::en

#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "hack/localcloud/en/event_notifications.h"
#include "tests/localcloud/en/forms.h"

// Event Notifications alone, in virtual time and without a network.
namespace stage {

using localcloud::Json;

// Runs tasks when the test lets time pass.
class ManualScheduler : public localcloud::Scheduler {
 public:
  void after(std::chrono::milliseconds wait, std::function<void()> task) override;
  void advance(std::chrono::milliseconds by);
  std::chrono::milliseconds now() const { return now_; }

 private:
  struct Task {
    std::chrono::milliseconds at{};
    std::function<void()> run{};
  };
  std::chrono::milliseconds now_{0};
  std::vector<Task> tasks_{};
};

// Keeps what is sent; answers from a script, at once when the scheduler next runs.
class ScriptedOutbound : public localcloud::Outbound {
 public:
  explicit ScriptedOutbound(ManualScheduler& scheduler) : scheduler_(scheduler) {}
  void send(localcloud::OutboundRequest request,
            std::function<void(const localcloud::OutboundResult&)> done) override;

  std::deque<localcloud::OutboundResult> script{};  // then 200 for ever
  std::vector<localcloud::OutboundRequest> sent{};
  std::vector<std::chrono::milliseconds> times{};

 private:
  ManualScheduler& scheduler_;
};

struct Reply {
  int status = 0;
  Json body{};
};

struct Stage {
  Stage();

  // `path` below the instance.
  Reply call(const std::string& method, const std::string& path, const Json& body = {});
  Reply send(const std::string& method, const std::string& path, const forms::Form& form);
  void set(const std::string& name, const Json& value) { world.switches.set(name, value); }

  // One of each, bound together; answers the destination's id.
  std::string subscribe(const std::string& name, const Json& params,
                        const std::string& notification_filter = "",
                        const std::string& type = "ibmce");
  void publish(const std::string& secret_name, const std::string& event_type = "secret_rotated",
               const std::string& secret_type = "imported_cert", const std::string& sub_type = "");
  Json delivery(std::size_t index) { return notifications.deliveries()["deliveries"][index]; }
  Json body(std::size_t index) const { return Json::parse(outbound.sent.at(index).body); }

  ManualScheduler scheduler{};
  ScriptedOutbound outbound{scheduler};
  localcloud::World world{};
  localcloud::EventNotifications notifications;

 private:
  Reply handle(localcloud::Request request, const std::string& path);
};

// Params of an application destination.
Json application(const std::string& url = "https://app.example/v1/events");

std::string error_code(const Reply& reply);

// Checks that an answer has all these members.
void check_members(const Json& object, const std::vector<std::string>& names);

// A bad request and a part of the message that it must get, so that it fails for its own reason.
struct Refused {
  const char* name = "";
  Json body{};
  const char* message = "";
};

void check_refused(const Reply& reply, const Refused& expected);

}  // namespace stage

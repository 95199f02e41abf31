#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hack/localcloud/frame/faults.h"
#include "hack/localcloud/frame/journal.h"
#include "hack/localcloud/frame/server.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud {

// The one door of the cloud: finds the service of a prefix, applies ordered faults, writes the
// journal, gives every answer a correlation id and turns whatever a handler throws into an answer.
class Gateway {
 public:
  // All must outlive the gateway.
  Gateway(World& world, Journal& journal, Faults& faults);

  // `name` as in the journal and in faults; `prefix` like "/sm/<guid>".
  void mount(const std::string& name, const std::string& prefix, Service& service);
  void mount(const std::string& name, const std::string& prefix, Relay& relay);

  // What the server does with each request.
  void handle(Request request, std::uint16_t source, Deliver deliver);

 private:
  struct Mount {
    std::string name{};
    std::string prefix{};
    std::vector<std::string> segments{};
    std::function<void(Request, Relay::Reply)> serve{};
    bool for_pages = false;  // pages in browsers may call it
  };
  // A request under way: what the journal will say of it.
  struct Visit {
    std::chrono::steady_clock::time_point start{};
    std::string correlation{};
    JournalEntry entry{};
    std::optional<Fault> fault{};
  };

  const Mount* find(const Request& request) const;
  Visit begin(Request& request, std::uint16_t source, const Mount* mount);
  void serve(const Mount* mount, Request request, Relay::Reply reply);
  Answer finish(Visit visit, Answer given);

  World& world_;
  Journal& journal_;
  Faults& faults_;
  std::vector<Mount> mounts_{};
};

}  // namespace localcloud

#pragma once
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

  Answer handle(Request request, std::uint16_t source);

 private:
  struct Mount {
    std::string name;
    std::string prefix;
    std::vector<std::string> segments;
    Service* service;
  };

  const Mount* find(const Request& request) const;
  Answer answer(const Mount* mount, Request& request, JournalEntry& entry);
  Response serve(const Mount* mount, Request& request);

  World& world_;
  Journal& journal_;
  Faults& faults_;
  std::vector<Mount> mounts_{};
};

}  // namespace localcloud

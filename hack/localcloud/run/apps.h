#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "hack/localcloud/ce/workload.h"
#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/run/app.h"

namespace localcloud::run {

// Apps as processes, and the ingress that leads to them: /app/<project id>/<app name>/...
class Apps : public Relay {
 public:
  explicit Apps(Machine machine);  // declares its switches

  // As in ce::Runtime, of revisions whose image is registered.
  void wanted(const ce::WorkloadId& id, const Json& document);
  void gone(const ce::WorkloadId& id);

  void handle(Request request, Reply reply) override;

 private:
  using Key = std::pair<std::string, std::string>;  // project id, app name

  Machine machine_;
  Leaving leaving_{};
  std::map<Key, std::shared_ptr<App>> apps_{};
};

}  // namespace localcloud::run

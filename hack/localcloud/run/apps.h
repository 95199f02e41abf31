#pragma once
#include "hack/localcloud/ce/workload.h"
#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/run/container.h"

namespace localcloud::run {

// Apps as processes, and the ingress that leads to them: /app/<project id>/<app name>/...
class Apps : public Relay {
 public:
  // All must outlive this.
  Apps(World& world, Launcher& launcher, ce::WorkloadReports& reports);
  ~Apps() override;

  // As in ce::Runtime, of revisions whose image is registered.
  void wanted(const ce::WorkloadId& id, const Json& document);
  void gone(const ce::WorkloadId& id);

  void handle(Request request, Reply reply) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace localcloud::run

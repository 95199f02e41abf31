#include "hack/localcloud/run/apps.h"

namespace localcloud::run {

struct Apps::Impl {};

Apps::Apps(World&, Launcher&, ce::WorkloadReports&) : impl_(std::make_unique<Impl>()) {}

Apps::~Apps() = default;

void Apps::wanted(const ce::WorkloadId&, const Json&) {}

void Apps::gone(const ce::WorkloadId&) {}

void Apps::handle(Request request, Reply reply) {
  reply(ibm_error(404, "not_found", "There is no such app.", request.header("x-correlation-id")));
}

}  // namespace localcloud::run

#include "hack/localcloud/run/jobs.h"

namespace localcloud::run {

struct Jobs::Impl {};

Jobs::Jobs(World&, Launcher&, ce::WorkloadReports&) : impl_(std::make_unique<Impl>()) {}

Jobs::~Jobs() = default;

void Jobs::wanted(const ce::WorkloadId&, const Json&) {}

void Jobs::cancelled(const ce::WorkloadId&) {}

}  // namespace localcloud::run

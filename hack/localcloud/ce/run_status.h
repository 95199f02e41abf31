#pragma once
#include <string>

#include "hack/localcloud/ce/workload.h"

namespace localcloud::ce {

// What a job run's document says of its indices.
std::string run_status(const RunReport& report);
// `status` as above; a finished run gets `now` as its end.
Json run_status_details(const RunReport& report, const std::string& status, Time now);

}  // namespace localcloud::ce

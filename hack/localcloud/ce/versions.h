#pragma once
#include "hack/localcloud/frame/http.h"

namespace localcloud::ce {

// Writes the document as callers of an older API version (query parameter "version") know it:
// before 2024-05-13 the variables that Code Engine sets stand among run_env_variables, before
// 2025-07-10 volume mounts have a name. Without a version it is the newest.
void as_of_version(Json& document, const Request& request);

}  // namespace localcloud::ce

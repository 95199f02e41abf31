#pragma once
#include "hack/localcloud/ce/run_fields.h"

namespace localcloud::ce {

Fields app_fields();       // of a request, but the name
Fields revision_fields();  // those of them that a revision has: a change of one makes a new one

}  // namespace localcloud::ce

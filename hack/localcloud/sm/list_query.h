#pragma once
#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/sm/instance.h"

namespace localcloud::sm {

// GET /secrets: filters, sorts and cuts one page, with its links. Refuses bad parameters.
Json list_secrets(const Instance& instance, const Request& request);

}  // namespace localcloud::sm

#pragma once
#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/sm/instance.h"

// The API's paths, by subject. The instance must outlive the router.
namespace localcloud::sm {

void add_group_routes(Router& router, Instance& instance);
void add_secret_routes(Router& router, Instance& instance);
void add_version_routes(Router& router, Instance& instance);
void add_lock_routes(Router& router, Instance& instance);
void add_action_routes(Router& router, Instance& instance);
void add_task_routes(Router& router, Instance& instance);
void add_configuration_routes(Router& router, Instance& instance);
void add_registration_routes(Router& router, Instance& instance);
void add_revocation_routes(Router& router, Instance& instance);

// 403 for callers that the switch "reader_only" makes Readers. First thing of a payload read.
void require_payload_role(const Instance& instance);

}  // namespace localcloud::sm

#include "hack/localcloud/sm/secrets_manager.h"

#include "hack/localcloud/sm/clockwork.h"
#include "hack/localcloud/sm/instance.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"
#include "hack/localcloud/sm/switches.h"

namespace localcloud {
namespace {

// Documented codes are "Error" and five digits; which digits go with which refusal is not.
std::string code_of(const sm::Refusal& refusal) {
  return refusal.code.empty() ? "Error07" + std::to_string(refusal.status) : refusal.code;
}

}  // namespace

struct SecretsManager::Impl {
  explicit Impl(World& world) : instance(world) {
    sm::add_group_routes(router, instance);
    sm::add_secret_routes(router, instance);
    sm::add_version_routes(router, instance);
    sm::add_lock_routes(router, instance);
    sm::add_action_routes(router, instance);
    sm::add_task_routes(router, instance);
    sm::add_configuration_routes(router, instance);
    sm::add_registration_routes(router, instance);
    sm::add_revocation_routes(open, instance);
  }

  sm::Instance instance;
  Router router{};
  Router open{};  // asks for no token: whoever checks a certificate has none
};

SecretsManager::SecretsManager(World& world) {
  sm::declare_switches(world.switches);
  impl_ = std::make_unique<Impl>(world);
}

SecretsManager::~SecretsManager() = default;

Response SecretsManager::handle(const Request& request) {
  sm::Instance& instance = impl_->instance;
  try {
    if (auto answer = impl_->open.route(request)) return *answer;
    if (instance.world.authority != nullptr) {
      if (auto refused = instance.world.authority->refuse(request)) return *refused;
    }
    sm::catch_up(instance);
    if (auto answer = impl_->router.route(request)) return *answer;
    sm::refuse(404, request.raw_path + " is not a valid access endpoint.");
  } catch (const sm::Refusal& refusal) {
    return ibm_error(refusal.status, code_of(refusal), refusal.message,
                     request.header("x-correlation-id"));
  }
}

void SecretsManager::expire() {
  sm::catch_up(impl_->instance);
}

}  // namespace localcloud

#include "hack/localcloud/sm/secrets_manager.h"

#include "hack/localcloud/sm/clockwork.h"
#include "hack/localcloud/sm/instance.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"
#include "hack/localcloud/sm/switches.h"

namespace localcloud {
namespace {

constexpr char kPrivate[] = "private";

std::string guid_of(const std::string& crn) {
  return parse_crn(crn).value_or(Crn{}).instance;
}

// Documented codes are "Error" and five digits; which digits go with which refusal is not.
std::string code_of(const sm::Refusal& refusal) {
  return refusal.code.empty() ? "Error07" + std::to_string(refusal.status) : refusal.code;
}

}  // namespace

// One instance and the ways into it.
struct SecretsManager::Served {
  Served(World& world, const std::string& crn) : instance(world, crn) {
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

  Response answer(const Request& request);

  sm::Instance instance;
  Router router{};
  Router open{};  // asks for no token: whoever checks a certificate has none
  Time ready_from{};
  bool is_public = true;
  bool suspended = false;
};

Response SecretsManager::Served::answer(const Request& request) {
  try {
    if (auto answer = open.route(request)) return *answer;
    if (instance.world.authority != nullptr) {
      if (auto refused = instance.world.authority->refuse(request)) return *refused;
    }
    sm::catch_up(instance);
    if (auto answer = router.route(request)) return *answer;
    sm::refuse(404, request.raw_path + " is not a valid access endpoint.");
  } catch (const sm::Refusal& refusal) {
    return ibm_error(refusal.status, code_of(refusal), refusal.message,
                     request.header("x-correlation-id"));
  }
}

SecretsManager::SecretsManager(World& world) : world_(world) {
  sm::declare_switches(world.switches);
  add_instance(world.seed.sm_crn(), {}, true);
}

SecretsManager::~SecretsManager() = default;

void SecretsManager::add_instance(const std::string& crn, Time ready_from, bool is_public) {
  auto served = std::make_unique<Served>(world_, crn);
  served->ready_from = ready_from;
  served->is_public = is_public;
  instances_[guid_of(crn)] = std::move(served);
}

SecretsManager::Served* SecretsManager::known(const std::string& crn) const {
  const auto found = instances_.find(guid_of(crn));
  return found == instances_.end() ? nullptr : found->second.get();
}

void SecretsManager::open_to_public(const std::string& crn, bool is_public) {
  if (Served* served = known(crn)) served->is_public = is_public;
}

void SecretsManager::suspend_instance(const std::string& crn, bool suspended) {
  if (Served* served = known(crn)) served->suspended = suspended;
}

// "<guid>/api/v2/..." or "private/<guid>/api/v2/...": as the real hosts, an instance has a name for
// each of its endpoints.
Response SecretsManager::handle(const Request& request) {
  const bool by_private = !request.path.empty() && request.path.front() == kPrivate;
  const std::size_t at = by_private ? 1 : 0;
  const auto found =
      request.path.size() > at ? instances_.find(request.path[at]) : instances_.end();
  if (found == instances_.end() || found->second->suspended ||
      found->second->ready_from > world_.clock.now() ||
      (!by_private && !found->second->is_public)) {
    return ibm_error(404, "not_found", "There is no Secrets Manager instance at this address.",
                     request.header("x-correlation-id"));
  }
  Request inner = request;
  inner.path.erase(inner.path.begin(), inner.path.begin() + static_cast<std::ptrdiff_t>(at + 1));
  inner.base_url += (by_private ? "/private/" : "/") + found->first;
  return found->second->answer(inner);
}

void SecretsManager::expire() {
  for (const auto& [guid, served] : instances_) {
    if (!served->suspended) sm::catch_up(served->instance);
  }
}

}  // namespace localcloud

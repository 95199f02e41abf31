#include "hack/localcloud/run/apps.h"

#include "hack/localcloud/frame/address.h"

namespace localcloud::run {
namespace {

constexpr std::size_t kAddress = 2;  // segments: project id and app name

void declare_switches(Switches& switches) {
  switches.declare("ce_drain_before_sigterm", true,
                   "an instance that is to go finishes its requests before SIGTERM, not after");
  switches.declare("ce_restart_first_ms", 1000,
                   "how long an instance that has exited waits for its restart; doubled each time",
                   from_to(0, 300'000));
  switches.declare("ce_progress_deadline_ms", 600'000,
                   "how long the first instances of a revision have to become ready",
                   from_to(1, 3'600'000));
}

std::string app_of(const std::string& revision) {
  return revision.substr(0, revision.rfind('-'));
}

}  // namespace

Apps::Apps(Machine machine) : machine_(machine) {
  declare_switches(machine_.world.switches);
}

void Apps::wanted(const ce::WorkloadId& id, const Json& document) {
  auto& app = apps_[{id.project_id, app_of(id.name)}];
  if (!app) app = std::make_shared<App>(machine_, leaving_);
  app->wanted(id, document);
}

void Apps::gone(const ce::WorkloadId& id) {
  const auto found = apps_.find({id.project_id, app_of(id.name)});
  if (found == apps_.end()) return;
  found->second->gone(id);
  if (!found->second->has_revisions()) apps_.erase(found);
}

void Apps::handle(Request request, Reply reply) {
  const auto app =
      request.path.size() < kAddress ? apps_.end() : apps_.find({request.path[0], request.path[1]});
  if (app == apps_.end()) {
    return reply(plain(404,
                       "There is no app here that runs: it needs an image that the local cloud "
                       "was started with, as --image NAME='command line'."));
  }
  auto outbound = forwarded(machine_.world, std::move(request));
  if (!parse_address("http://127.0.0.1" + outbound.url)) {
    return reply(plain(400, "This address cannot be passed on."));
  }
  app->second->take(std::move(outbound), std::move(reply));
}

}  // namespace localcloud::run

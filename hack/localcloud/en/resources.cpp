#include "hack/localcloud/en/resources.h"

#include "hack/localcloud/en/listing.h"

namespace localcloud::en {

void Mount::on(const std::string& method, const std::string& pattern, Handler handler) const {
  router.on(method, "/event-notifications/v1/instances/{instance_id}" + pattern,
            [&all = instances, handler = std::move(handler)](const Request& request,
                                                             const Params& params) {
              return handler(instance_of(all, params), request, params);
            });
}

Instance make_instance(const std::string& crn, World& world) {
  const std::string now = timestamp(world);
  Instance instance{.crn = crn};
  instance.sources.push_back({.id = world.ids.uuid() + ":periodic-timer",
                              .name = "Periodic timer",
                              .description = "Built in",
                              .type = "periodic-timer",
                              .created_at = now,
                              .updated_at = now});
  for (const auto& [type, name] : {std::pair{"smtp_ibm", "IBM Cloud Email service"},
                                   std::pair{"sms_ibm", "IBM Cloud SMS service"}}) {
    instance.destinations.push_back({.id = world.ids.uuid(),
                                     .name = name,
                                     .description = "Built in",
                                     .type = type,
                                     .created_at = now,
                                     .updated_at = now});
  }
  return instance;
}

}  // namespace localcloud::en

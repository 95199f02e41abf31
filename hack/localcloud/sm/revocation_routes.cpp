#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/revocation_list.h"
#include "hack/localcloud/sm/routes.h"

namespace localcloud::sm {

void add_revocation_routes(Router& router, Instance& instance) {
  router.on("GET", "/crl/{type}/{name}", [&instance](const Request&, const Params& params) {
    const Configuration* authority =
        instance.configurations.find(params.at("name"), params.at("type"));
    if (authority == nullptr || authority->authority.certificate.empty()) {
      refuse(404, "There is no certificate authority of this name.");
    }
    return Response{.body = revocation_list(*authority, instance.now()),
                    .content_type = "application/pkix-crl"};
  });
}

}  // namespace localcloud::sm

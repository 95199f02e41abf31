#pragma once
#include "tests/localcloud/ce/settled.h"
#include "tests/localcloud/signed_in.h"

// A cloud whose workloads do everything at once unless a test says otherwise.
struct Works : SignedIn {
  explicit Works(const localcloud::CloudOptions& options = {}) : SignedIn(options) {
    for (const char* name :
         {"ce_workload_start_ms", "ce_job_run_ms", "ce_build_start_ms", "ce_build_run_ms",
          "ce_domain_mapping_ms", "ce_outbound_destination_ms"}) {
      set(name, 0);
    }
  }

  using Json = cloud_client::Json;

  // Of this image; `more` over it.
  cloud_client::Answer app(const std::string& name, Json more = Json::object()) const {
    more.update({{"name", name}, {"image_reference", "icr.io/shop/web"}});
    return project.post("/apps", more);
  }
  cloud_client::Answer change(const std::string& path, const Json& body,
                              const std::string& tag = "*") const {
    return project.patch(path, body, {{"If-Match", tag}});
  }
  Json ready_app(const std::string& name) const {
    return settled(project, "/apps/" + name, [](const Json& app) {
      const Json& details = app.at("status_details");
      return app.at("status") == "ready" &&
             details.value("latest_ready_revision", "") == details.at("latest_created_revision");
    });
  }
  cloud_client::Answer secret(const std::string& name, const std::string& format,
                              const Json& data) const {
    return project.post("/secrets", {{"name", name}, {"format", format}, {"data", data}});
  }
};

#include "hack/localcloud/ce/versions.h"

namespace localcloud::ce {
namespace {

void move_computed_variables(Json& document) {
  const auto computed = document.find("computed_env_variables");
  if (computed == document.end()) return;
  Json& variables = document["run_env_variables"];
  variables.insert(variables.end(), computed->begin(), computed->end());
  *computed = Json::array();
}

void name_mounts(Json& document) {
  const auto mounts = document.find("run_volume_mounts");
  if (mounts == document.end()) return;
  for (Json& mount : *mounts) {
    mount.emplace("name", mount.value("type", "") + "-" + mount.value("reference", ""));
  }
}

}  // namespace

void as_of_version(Json& document, const Request& request) {
  const auto version = request.query_value("version");
  if (!version) return;
  // Dates of this form compare as texts do.
  if (*version < "2024-05-13") move_computed_variables(document);
  if (*version < "2025-07-10") name_mounts(document);
}

}  // namespace localcloud::ce

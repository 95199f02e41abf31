#include "hack/localcloud/ce/data_stores.h"

#include "hack/localcloud/ce/fields.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/ce/rules.h"

namespace localcloud::ce {

DataStoreKind::DataStoreKind()
    : DocumentKind(
          {.collection = "persistent_data_stores", .resource_type = "persistent_data_store_v2"}) {}

Json DataStoreKind::create(const Json& body, const Place& place) {
  const Json* given = member(body, "data");
  if (given != nullptr) check_data(*given);
  Json data = given == nullptr ? Json::object() : *given;
  for (const char* name : {"bucket_location", "bucket_name", "secret_name"}) {
    required_string(data, name);
  }
  const Json* secret = place.project.shelf("secrets").current(data.at("secret_name"));
  if (secret != nullptr && secret->at("format") != "hmac_auth") {
    throw invalid("The secret of a persistent data store has the format hmac_auth.");
  }
  const Json type =
      choice({"object_storage"})("storage_type", required_string(body, "storage_type"));
  return {{"storage_type", type}, {"data", std::move(data)}};
}

}  // namespace localcloud::ce

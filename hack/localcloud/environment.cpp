#include "hack/localcloud/environment.h"

namespace localcloud {

std::map<std::string, std::string> variables_of(const Seed& seed, const std::string& url) {
  const std::string iam = url + "/iam";
  const std::string sm = url + "/sm/" + seed.sm_instance;
  const std::string en = url + "/en/event-notifications";
  const std::string ce_a = url + "/ce/" + seed.region_a + "/v2";
  const std::string ce_b = url + "/ce/" + seed.region_b + "/v2";
  std::map<std::string, std::string> variables = {
      {"CERTLOOP_IAM_URL", iam},
      {"CERTLOOP_API_KEY", seed.api_key},
      {"LOCALCLOUD_URL", url},
      {"LOCALCLOUD_COMPUTE_TOKEN", seed.compute_token},
      {"LOCALCLOUD_PROFILE_ID", seed.trusted_profile_id},
      {"LOCALCLOUD_PROFILE_NAME", seed.trusted_profile_name},
      {"LOCALCLOUD_SM_URL", sm},
      {"LOCALCLOUD_SM_CRN", seed.sm_crn()},
      {"LOCALCLOUD_EN_URL", en},
      {"LOCALCLOUD_EN_INSTANCE", seed.en_instance},
      {"LOCALCLOUD_EN_CRN", seed.en_crn()},
      {"LOCALCLOUD_CE_URL_A", ce_a},
      {"LOCALCLOUD_CE_URL_B", ce_b},
      {"LOCALCLOUD_PROJECT_A", seed.project_a},
      {"LOCALCLOUD_PROJECT_B", seed.project_b},
  };
  const std::map<std::string, std::string> sdks = {{"IAM_IDENTITY", iam},
                                                   {"IAM_POLICY_MANAGEMENT", iam},
                                                   {"SECRETS_MANAGER", sm},
                                                   {"CODE_ENGINE", ce_a},
                                                   {"EVENT_NOTIFICATIONS", en},
                                                   {"RESOURCE_CONTROLLER", url + "/rc"},
                                                   {"RESOURCE_MANAGER", url + "/rm"},
                                                   {"GLOBAL_CATALOG", url + "/catalog/api/v1"}};
  for (const auto& [sdk, address] : sdks) {
    variables[sdk + "_URL"] = address;
    variables[sdk + "_AUTH_TYPE"] = "iam";
    variables[sdk + "_AUTH_URL"] = iam;
    variables[sdk + "_APIKEY"] = seed.api_key;
  }
  return variables;
}

}  // namespace localcloud

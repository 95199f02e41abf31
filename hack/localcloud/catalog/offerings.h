#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/frame/http.h"

// What can be ordered: services, their plans and where they are offered.
namespace localcloud::catalog {

struct Plan {
  std::string name{};
  std::string id{};
};

struct Offering {
  std::string name{};
  std::string id{};
  std::string title{};
  std::vector<Plan> plans{};
  std::vector<std::string> regions{};

  const Plan* plan(const std::string& id) const;  // null: another service's
};

// The ids of Secrets Manager's plans are the real ones; all others are invented.
const std::vector<Offering>& offerings();

const Offering* find_offering(const std::string& name);             // by the service's name
const Offering* find_offering_of_plan(const std::string& plan_id);  // null: no such plan
std::string plan_id(const std::string& service, const std::string& plan);

// CRN of the catalog's entry for a plan in a region, which a create may send as its target.
std::string deployment_crn(const std::string& plan_id, const std::string& region);

}  // namespace localcloud::catalog

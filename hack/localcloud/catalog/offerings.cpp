#include "hack/localcloud/catalog/offerings.h"

#include <algorithm>
#include <stdexcept>

namespace localcloud::catalog {
namespace {

std::vector<Offering> make_offerings() {
  const std::vector<std::string> regions = {"us-south", "us-east", "eu-gb",  "eu-de",  "eu-es",
                                            "au-syd",   "jp-tok",  "jp-osa", "br-sao", "ca-tor"};
  return {{"secrets-manager",
           "ebc0cdb0-af2a-11ea-98c7-29e5db822649",
           "Secrets Manager",
           {{"trial", "869c191a-3c2a-4faf-98be-18d48f95ba1f"},
            {"standard", "7713c3a8-3be8-4a9a-81bb-ee822fcaac3d"}},
           regions},
          {"event-notifications",
           "5d1c0c9e-2b43-4c1b-9a1d-6f0d3a7b2e11",
           "Event Notifications",
           {{"lite", "0a6b7f2d-91c4-4d58-8a3e-7c2f5b9d1e22"},
            {"standard", "3c9e5a1f-64b7-4f20-b8d6-1e7a0c4d8f33"}},
           regions},
          {"codeengine",
           "7e2b4d6a-0c8f-4b1e-9d3a-5f6c7e8b9a44",
           "Code Engine",
           {{"standard", "8f4d2c6b-1a9e-4e7d-a5c3-2b0f9d8e7c55"}},
           regions}};
}

}  // namespace

const Plan* Offering::plan(const std::string& wanted) const {
  const auto found =
      std::find_if(plans.begin(), plans.end(), [&](const Plan& one) { return one.id == wanted; });
  return found == plans.end() ? nullptr : &*found;
}

const std::vector<Offering>& offerings() {
  // Never destroyed, so that no order of destruction matters.
  static const auto& all = *new std::vector<Offering>(make_offerings());
  return all;
}

const Offering* find_offering(const std::string& name) {
  const auto& all = offerings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Offering& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const Offering* find_offering_of_plan(const std::string& plan_id) {
  const auto& all = offerings();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Offering& one) { return one.plan(plan_id) != nullptr; });
  return found == all.end() ? nullptr : &*found;
}

std::string plan_id(const std::string& service, const std::string& plan) {
  if (const Offering* offering = find_offering(service)) {
    for (const Plan& one : offering->plans) {
      if (one.name == plan) return one.id;
    }
  }
  throw std::invalid_argument("there is no plan " + plan + " of " + service);
}

std::string deployment_crn(const std::string& plan_id, const std::string& region) {
  return "crn:v1:bluemix:public:globalcatalog::::deployment:" + plan_id + "%3A" + region;
}

}  // namespace localcloud::catalog

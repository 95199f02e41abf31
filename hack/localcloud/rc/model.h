#pragma once
#include <string>
#include <vector>

#include "hack/localcloud/catalog/offerings.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::rc {

// One service instance. What it is at a time follows from its times: nothing runs in between.
struct Instance {
  std::string guid{};
  std::string name{};
  const catalog::Offering* offering = nullptr;
  std::string plan{};  // id
  std::string region{};
  std::string resource_group{};
  Json parameters = Json::object();
  bool allow_cleanup = false;
  bool locked = false;
  bool failed = false;  // its provisioning
  Time created{};
  Time updated{};
  std::string operation = "create";  // the last one
  Time operation_done{};
  std::optional<Time> deleted{};
  std::optional<Time> restored{};
  Time reclaim_at{};
  std::string reclamation{};  // its id, while it is deleted

  std::string state(Time now, const std::string& while_new) const;
  // Whether it has a public endpoint beside the private one.
  bool is_public() const {
    return parameters.value("service-endpoints", "") == "public-and-private";
  }
  std::string crn(const std::string& account) const {
    return Crn{offering->name, region, account, guid}.text();
  }
};

struct Key {
  std::string guid{};
  std::string name{};
  std::string instance{};  // GUID
  std::string role{};      // CRN
  std::string api_key{};
  Time created{};
};

Json view(const Instance& instance, const World& world);
Json view(const Key& key, const Instance& instance, const World& world);
Json reclamation_view(const Instance& instance, const World& world);

}  // namespace localcloud::rc

#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hack/localcloud/rc/model.h"
#include "hack/localcloud/rc/refusal.h"

namespace localcloud {

// The resource controller: instances of services and their keys. Begins with the seed's instances
// of Secrets Manager and Event Notifications.
class ResourceController : public Service {
 public:
  // What the rest of the cloud does about it. All are set before the first request.
  struct Effects {
    // Before an instance is made (it has no GUID yet) or becomes what it is shown as: throws
    // Refusal when the service does not take it.
    std::function<void(const rc::Instance& wanted)> ordering{};
    // The instance lives as long as anybody holds it, and tells what it is by then.
    std::function<void(const std::shared_ptr<const rc::Instance>&)> created{};
    std::function<void(const rc::Instance&)> changed{};
    std::function<void(const std::string& crn)> deleted{};
    std::function<void(const std::string& crn)> restored{};
    std::function<std::string(const std::string& name)> new_api_key{};
    std::function<void(const std::string& value)> drop_api_key{};
  };

  // Declares its switches. `groups` answers for resource groups: both have one host. The two must
  // outlive the service.
  ResourceController(World& world, Service& groups);
  void set_effects(Effects effects) { effects_ = std::move(effects); }

  // A service's own order, which it has checked itself: name, offering, plan, region, group, and a
  // GUID if it has a fixed one. Active after `wait`.
  const rc::Instance& take(rc::Instance order, std::chrono::milliseconds wait);
  // A service's own delete; the instance's keys go with it. False when it is locked; throws Refusal
  // when there is none or it is deleted.
  bool give_back(const std::string& guid);

  Response handle(const Request& request) override;

 private:
  void add_instance_routes();
  void add_key_routes();
  void add_reclamation_routes();
  void add_seed(const std::string& crn, const std::string& name, const std::string& plan);

  rc::Instance& find(const std::string& id);        // GUID or CRN; throws Refusal
  rc::Instance& find_alive(const std::string& id);  // likewise, when it is deleted
  rc::Instance& find_reclaimable(const std::string& reclamation);
  rc::Key& find_key(const std::string& id);
  rc::Instance read_order(const Json& body) const;
  Response create(const Request& request);
  Response update(const Request& request, const Params& params);
  Response erase(const Request& request, const Params& params);
  Response create_key(const Request& request);
  Response act(const Params& params);
  void refuse_beyond_quota(const rc::Instance& order) const;
  void remove(rc::Instance& instance);
  std::chrono::milliseconds operation_time() const;
  void begin(rc::Instance& instance, const std::string& operation, std::chrono::milliseconds wait);
  Response answer(int status, const rc::Instance& instance) const;
  Response error(const rc::Refusal& refusal);

  World& world_;
  Service& groups_;
  Effects effects_{};
  Router router_{};
  std::vector<std::shared_ptr<rc::Instance>> instances_{};
  std::vector<rc::Key> keys_{};
};

}  // namespace localcloud

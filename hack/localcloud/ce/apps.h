#pragma once
#include "hack/localcloud/ce/kind.h"
#include "hack/localcloud/ce/workloads.h"

namespace localcloud::ce {

class AppKind : public DocumentKind {
 public:
  // Both must outlive this.
  AppKind(World& world, Workloads& workloads);
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
  void kept(const Json& before, const Json& document, const Place& place) override;
  void erasing(const Json& document, const Request& request, const Place& place) override;

 private:
  Json addresses(const Place& place, const std::string& name, const std::string& mappings) const;

  World& world_;
  Workloads& workloads_;
};

// Revisions and instances are made by the service; callers read them and may delete revisions.
class RevisionKind : public DocumentKind {
 public:
  explicit RevisionKind(Workloads& workloads);  // which must outlive this
  Json create(const Json& body, const Place& place) override;
  bool listed(Json& document, const Request& request, const Place& place) const override;
  bool reached(const Json& document, const Place& place) const override;
  void erasing(const Json& document, const Request& request, const Place& place) override;

 private:
  Workloads& workloads_;
};

class InstanceKind : public DocumentKind {
 public:
  InstanceKind();
  Json create(const Json& body, const Place& place) override;
  bool listed(Json& document, const Request& request, const Place& place) const override;
};

}  // namespace localcloud::ce

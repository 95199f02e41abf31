#pragma once
#include "hack/localcloud/ce/kind.h"
#include "hack/localcloud/ce/workloads.h"

namespace localcloud::ce {

class JobKind : public DocumentKind {
 public:
  explicit JobKind(World& world);
  Json create(const Json& body, const Place& place) override;
  Json change(const Json& current, const Json& body, const Place& place) override;
  void erasing(const Json& document, const Request& request, const Place& place) override;

 private:
  World& world_;
};

class JobRunKind : public DocumentKind {
 public:
  // Both must outlive this.
  JobRunKind(World& world, Workloads& workloads);
  Json create(const Json& body, const Place& place) override;
  std::string generated_name(const Json& body, const Place& place) const override;
  void kept(const Json& before, const Json& document, const Place& place) override;
  void erasing(const Json& document, const Request& request, const Place& place) override;
  std::string filters(const Request& request) const override;
  bool listed(Json& document, const Request& request, const Place& place) const override;

 private:
  World& world_;
  Workloads& workloads_;
};

}  // namespace localcloud::ce

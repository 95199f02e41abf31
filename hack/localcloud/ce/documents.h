#pragma once
#include <string>

#include "hack/localcloud/ce/kind.h"
#include "hack/localcloud/ce/shelf.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// The five operations that all kinds of documents share. All throw Refusal.
class Documents {
 public:
  // Both must outlive this.
  Documents(World& world, DocumentKind& kind);

  Response list(const Request& request, const Place& place) const;
  Response create(const Request& request, const Json& body, const Place& place) const;
  Response get(const Request& request, const std::string& name, const Place& place) const;
  // PUT and PATCH: the kind says what the body means.
  Response change(const Request& request, const Json& body, const std::string& name,
                  const Place& place) const;
  Response erase(const Request& request, const std::string& name, const Place& place) const;

  static void declare_switches(Switches& switches);

 private:
  Shelf& shelf(const Place& place) const;
  std::string new_name(const Json& body, const Place& place) const;
  void check_room(const Place& place) const;
  Json common_members(const std::string& name, const Place& place) const;
  void check_entity_tag(const Request& request, const Json& current) const;
  Response shown(int status, Json document, const Request& request, const Place& place) const;

  World& world_;
  DocumentKind& kind_;
};

}  // namespace localcloud::ce

#pragma once
#include <string>

#include "hack/localcloud/ce/kinds.h"
#include "hack/localcloud/ce/shelf.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// Where a document lives.
struct Place {
  Shelf& shelf;
  std::string project_id{};
  std::string region{};
  std::string url{};  // of the collection, for hrefs
};

// The five operations that all kinds of documents share. All throw Refusal.
class Documents {
 public:
  // Both must outlive this.
  Documents(World& world, DocumentKind& kind);

  Response list(const Request& request, const Place& place) const;
  Response create(const Request& request, const Json& body, const Place& place) const;
  Response get(const std::string& name, const Place& place) const;
  Response replace(const Request& request, const Json& body, const std::string& name,
                   const Place& place) const;
  Response erase(const std::string& name, const Place& place) const;

  static void declare_switches(Switches& switches);

 private:
  void check_entity_tag(const Request& request, const Json& current) const;
  Response shown(int status, const Json& document) const;
  Shelf::Lag lag(const std::string& switch_name) const;

  World& world_;
  DocumentKind& kind_;
};

}  // namespace localcloud::ce

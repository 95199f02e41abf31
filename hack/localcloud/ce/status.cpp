#include "hack/localcloud/ce/status.h"

namespace localcloud::ce {
namespace {

void write(Shelf& shelf, const std::string& name, const std::string& status, const Json& details) {
  const Json* current = shelf.current(name);
  if (current == nullptr) return;
  Json document = *current;
  document["status"] = status;
  document["status_details"].merge_patch(details);
  shelf.amend(name, std::move(document));
}

}  // namespace

void set_status(Project& project, const std::string& collection, const std::string& name,
                const std::string& status, const Json& details) {
  if (project.held.contains(collection + "/" + name)) return;
  write(project.shelf(collection), name, status, details);
}

void hold_status(Project& project, const std::string& collection, const std::string& name,
                 const std::string& status, const std::string& reason) {
  project.held.insert(collection + "/" + name);
  write(project.shelf(collection), name, status, {{"reason", reason}});
}

std::string status_of(const Json& document) {
  return document.value("status", "");
}

std::string reason_of(const Json& document) {
  const auto details = document.find("status_details");
  return details == document.end() ? std::string{} : details->value("reason", "");
}

}  // namespace localcloud::ce

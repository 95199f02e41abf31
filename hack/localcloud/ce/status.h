#pragma once
#include <string>

#include "hack/localcloud/ce/projects.h"

namespace localcloud::ce {

// Writes status and status_details (merged, a null takes a member away) of a document as the
// service itself does it: no new entity tag. Does nothing when there is no such document, or when
// a control holds its status.
void set_status(Project& project, const std::string& collection, const std::string& name,
                const std::string& status, const Json& details);

// The control's own way: holds the status from now on.
void hold_status(Project& project, const std::string& collection, const std::string& name,
                 const std::string& status, const std::string& reason);

std::string status_of(const Json& document);
std::string reason_of(const Json& document);

}  // namespace localcloud::ce

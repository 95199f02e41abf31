#include "hack/localcloud/ce/kind.h"

#include "hack/localcloud/ce/refusal.h"

namespace localcloud::ce {

Json DocumentKind::change(const Json&, const Json&, const Place&) {
  throw Refusal{405, "method_not_allowed", "A resource of this kind cannot be changed."};
}

std::string DocumentKind::generated_name(const Json&, const Place&) const {
  throw invalid("The member name is missing or not a string.");
}

}  // namespace localcloud::ce

#pragma once
#include <string>

#include "hack/localcloud/ce/names.h"
#include "hack/localcloud/ce/refusal.h"
#include "hack/localcloud/frame/http.h"

// Lists of runs by the name of what they are runs of.
namespace localcloud::ce {

// "&job_name=x", or "" without that query. Throws Refusal for what is no name.
inline std::string filter_href(const Request& request, const std::string& name) {
  const auto value = request.query_value(name);
  if (!value) return {};
  check_name(kLabelName, *value);
  return "&" + name + "=" + *value;
}

inline bool passes_filter(const Request& request, const std::string& name, const Json& document) {
  const auto value = request.query_value(name);
  return !value || document.value(name, "") == *value;
}

}  // namespace localcloud::ce

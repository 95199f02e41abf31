#include "hack/localcloud/ce/run_status.h"

#include <algorithm>

#include "hack/localcloud/ce/array_spec.h"

namespace localcloud::ce {
namespace {

std::vector<int> indices_of(const RunReport& report, const std::string& status) {
  std::vector<int> indices;
  for (const auto& [index, one] : report) {
    if (one.status == status) indices.push_back(index);
  }
  return indices;
}

Json describe(const IndexReport& index) {
  Json details = {{"status", index.status}, {"retries", index.retries}};
  const auto add = [&details](const char* name, const std::string& value) {
    if (!value.empty()) details[name] = value;
  };
  add("started_at", index.started_at);
  add("finished_at", index.finished_at);
  add("last_failure_reason", index.last_failure_reason);
  return details;
}

std::string first_start(const RunReport& report) {
  std::string first;
  for (const auto& [index, one] : report) {
    if (first.empty() || (!one.started_at.empty() && one.started_at < first)) {
      first = one.started_at;
    }
  }
  return first;
}

}  // namespace

std::string run_status(const RunReport& report) {
  const auto count = [&report](const char* status) { return indices_of(report, status).size(); };
  if (count("pending") == report.size()) return "pending";
  if (count("pending") + count("running") + count("unknown") > 0) return "running";
  return count("failed") > 0 ? "failed" : "completed";
}

Json run_status_details(const RunReport& report, const std::string& status, Time now) {
  Json details = {{"requested", report.size()}, {"indices_details", Json::object()}};
  for (const std::string state : {"pending", "running", "succeeded", "failed", "unknown"}) {
    const auto indices = indices_of(report, state);
    details[state] = indices.size();
    if (state != "unknown") details[state + "_indices"] = array_spec(indices);
  }
  for (const auto& [index, one] : report) {
    details["indices_details"][std::to_string(index)] = describe(one);
  }
  const std::string start = first_start(report);
  if (!start.empty()) details["start_time"] = start;
  if (status == "completed" || status == "failed") details["completion_time"] = rfc3339(now);
  return details;
}

}  // namespace localcloud::ce

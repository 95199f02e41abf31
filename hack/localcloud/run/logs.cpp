#include "hack/localcloud/run/logs.h"

#include <algorithm>
#include <vector>

#include "hack/localcloud/frame/number.h"

namespace localcloud::run {
namespace {

constexpr std::size_t kMostLogs = 200;
constexpr std::size_t kMostLines = 2000;
constexpr std::size_t kMostBytes = 1U << 20;

// How many of the last lines; all without a number.
std::size_t tail_of(const Request& request) {
  return whole_number<std::size_t>(request.query_value("tail").value_or("")).value_or(kMostLines);
}

}  // namespace

void Logs::add(const LogId& id, const std::string& instance, const std::string& line) {
  if (!logs_.contains(id) && logs_.size() >= kMostLogs) forget_oldest();
  Log& log = logs_[id];
  log.touched = ++touches_;
  log.lines.push_back({world_.clock.now(), instance, line});
  log.size += line.size();
  while (log.lines.size() > kMostLines || log.size > kMostBytes) {
    log.size -= log.lines.front().text.size();
    log.lines.pop_front();
  }
}

void Logs::forget_oldest() {
  logs_.erase(std::min_element(logs_.begin(), logs_.end(), [](const auto& left, const auto& right) {
    return left.second.touched < right.second.touched;
  }));
}

Json Logs::list() const {
  std::vector<std::pair<std::uint64_t, Json>> all;
  for (const auto& [id, log] : logs_) {
    all.emplace_back(log.touched, Json{{"project_id", id.project_id},
                                       {"collection", id.collection},
                                       {"name", id.name},
                                       {"lines", log.lines.size()}});
  }
  std::sort(all.begin(), all.end(),
            [](const auto& left, const auto& right) { return left.first < right.first; });
  Json logs = Json::array();
  for (auto& [touched, one] : all) logs.push_back(std::move(one));
  return {{"logs", logs}};
}

Response Logs::show(const Request& request, const Params& params) const {
  const auto found =
      logs_.find({params.at("project_id"), params.at("collection"), params.at("name")});
  if (found == logs_.end()) {
    throw HttpError{ibm_error(404, "not_found", "This workload has printed nothing.", {})};
  }
  const auto instance = request.query_value("instance");
  std::vector<const Line*> lines;
  for (const Line& line : found->second.lines) {
    if (!instance || line.instance == *instance) lines.push_back(&line);
  }
  const std::size_t tail = std::min(tail_of(request), lines.size());
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  for (std::size_t i = lines.size() - tail; i < lines.size(); ++i) {
    const Line& line = *lines[i];
    response.body += rfc3339(line.time) + ' ' + line.instance + ' ' + line.text + '\n';
  }
  return response;
}

}  // namespace localcloud::run

#include "hack/localcloud/rc/listing.h"

#include <algorithm>

#include "hack/localcloud/frame/number.h"
#include "hack/localcloud/frame/url.h"
#include "hack/localcloud/rc/refusal.h"

namespace localcloud::rc {
namespace {

using Query = std::multimap<std::string, std::string>;

constexpr std::size_t kLargestPage = 100;
constexpr const char* kFilters[] = {
    "guid",     "name", "resource_group_id", "resource_id", "resource_plan_id", "type",
    "sub_type", "state"};

std::string value_of(const Query& query, const std::string& name) {
  const auto found = query.find(name);
  return found == query.end() ? std::string{} : found->second;
}

std::size_t number(const std::string& text, std::size_t otherwise) {
  if (text.empty()) return otherwise;
  const auto value = whole_number<std::size_t>(text);
  if (!value) throw invalid("This is not a number.");
  return *value;
}

// A token is the query of the next page, escaped once more.
Query query_of(const Request& request) {
  const auto start = request.query_value("start");
  if (!start) return request.query;
  auto query = parse_form(*start);
  if (!query || query->count("offset") == 0) throw invalid("start is not valid.");
  return *std::move(query);
}

std::string token_of(const Query& query, std::size_t offset) {
  std::string token = "offset=" + std::to_string(offset);
  for (const auto& [name, value] : query) {
    if (name == "offset") continue;
    token += "&" + percent_encode(name) + "=" + percent_encode(value);
  }
  return token;
}

bool selected(const Json& document, const Query& query) {
  const std::string state = document.at("state").get<std::string>();
  if (query.count("state") == 0 && state != "active" && state != "provisioning") return false;
  for (const char* name : kFilters) {
    if (query.count(name) > 0 && document.value(name, "") != value_of(query, name)) return false;
  }
  const std::string updated = document.value("updated_at", "");
  const std::string from = value_of(query, "updated_from");
  const std::string to = value_of(query, "updated_to");
  return (from.empty() || from <= updated) && (to.empty() || updated <= to);
}

}  // namespace

Response list_page(const Request& request, const std::vector<Json>& documents) {
  const Query query = query_of(request);
  const std::size_t limit = number(value_of(query, "limit"), kLargestPage);
  if (limit < 1 || limit > kLargestPage) throw invalid("limit must be 1 to 100.");
  std::vector<Json> found;
  std::copy_if(documents.begin(), documents.end(), std::back_inserter(found),
               [&query](const Json& document) { return selected(document, query); });
  const std::size_t start = std::min(number(value_of(query, "offset"), 0), found.size());
  const std::size_t end = start + std::min(limit, found.size() - start);
  Json body{{"rows_count", end - start}, {"next_url", nullptr}};
  body["resources"] = std::vector<Json>(found.begin() + static_cast<std::ptrdiff_t>(start),
                                        found.begin() + static_cast<std::ptrdiff_t>(end));
  if (end < found.size()) {
    std::string path;
    for (const std::string& segment : request.path) path += "/" + percent_encode(segment);
    body["next_url"] =
        path + "?limit=" + std::to_string(limit) + "&start=" + percent_encode(token_of(query, end));
  }
  return Response::json(200, body);
}

}  // namespace localcloud::rc

#include "hack/localcloud/en/listing.h"

#include <cctype>

#include "hack/localcloud/frame/number.h"
#include "hack/localcloud/frame/url.h"

namespace localcloud::en {
namespace {

constexpr std::size_t kLargestPage = 100;
constexpr std::size_t kLongestSearch = 100;

std::size_t number_of(const Request& request, const std::string& name, std::size_t standard) {
  const auto value = request.query_value(name);
  if (!value) return standard;
  const auto number = whole_number<std::size_t>(*value);
  if (!number) refuse(name + " must be a number");
  return *number;
}

bool contains(const std::string& text, const std::string& part) {
  const auto same = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  if (part.empty()) return true;
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace

Response list_page(const Request& request, const std::string& items_name,
                   const std::vector<Json>& items, const World& world) {
  const auto standard = world.switches.value("en_page_size").get<std::size_t>();
  const std::size_t limit = number_of(request, "limit", standard);
  const std::size_t offset = number_of(request, "offset", 0);
  const std::string search = request.query_value("search").value_or("");
  if (limit < 1 || limit > kLargestPage) refuse("limit must be 1 to 100");
  if (search.size() > kLongestSearch) refuse("search must have at most 100 characters");

  std::vector<Json> found;
  std::copy_if(items.begin(), items.end(), std::back_inserter(found),
               [&](const Json& item) { return contains(item.value("name", ""), search); });
  const std::size_t start = std::min(offset, found.size());
  const std::size_t end = start + std::min(limit, found.size() - start);

  std::string address = request.base_url;
  for (const std::string& segment : request.path) address += "/" + percent_encode(segment);
  const auto href = [&](std::size_t page_offset) {
    const std::string filter = search.empty() ? "" : "&search=" + percent_encode(search);
    return Json{{"href", address + "?limit=" + std::to_string(limit) +
                             "&offset=" + std::to_string(page_offset) + filter}};
  };
  Json body{{"total_count", found.size()}, {"offset", offset}, {"limit", limit}};
  body[items_name] = std::vector<Json>(found.begin() + static_cast<std::ptrdiff_t>(start),
                                       found.begin() + static_cast<std::ptrdiff_t>(end));
  body["first"] = href(0);
  if (offset > 0) body["previous"] = href(offset - std::min(offset, limit));
  if (end < found.size()) body["next"] = href(end);
  return Response::json(200, body);
}

Instance& instance_of(Instances& instances, const Params& params) {
  const auto found = instances.find(params.at("instance_id"));
  if (found == instances.end() || found->second.suspended)
    refuse(404, "not_found", "no such instance");
  return found->second;
}

}  // namespace localcloud::en

#include "hack/localcloud/iam/records.h"

#include <algorithm>

#include "hack/localcloud/frame/characters.h"
#include "hack/localcloud/frame/number.h"
#include "hack/localcloud/frame/url.h"

namespace localcloud::iam {
namespace {

constexpr std::size_t kLongestText = 1024;
constexpr std::size_t kLargestPage = 100;
constexpr std::size_t kStandardPage = 20;
constexpr char kToken[] = "page-";

std::size_t number_of(const Request& request, const std::string& name, const std::string& prefix,
                      std::size_t standard) {
  const auto given = request.query_value(name);
  if (!given) return standard;
  const auto number = given->rfind(prefix, 0) == 0
                          ? whole_number<std::size_t>(given->substr(prefix.size()))
                          : std::nullopt;
  if (!number) throw invalid("The parameter " + name + " is not valid.");
  return *number;
}

// The request's own address, on another page.
std::string page_url(const Request& request, std::size_t size, std::size_t start) {
  std::string url = request.base_url;
  for (const std::string& segment : request.path) url += "/" + percent_encode(segment);
  url += "?pagesize=" + std::to_string(size);
  for (const auto& [name, value] : request.query) {
    if (name == "pagesize" || name == "pagetoken") continue;
    url += "&" + percent_encode(name) + "=" + percent_encode(value);
  }
  return start == 0 ? url : url + "&pagetoken=" + kToken + std::to_string(start);
}

}  // namespace

void declare_record_switches(Switches& switches) {
  switches.declare("iam_stale_tag_status", 412,
                   "status for an If-Match that is not the current entity tag", one_of({412, 409}));
}

Json& add_record(Records& records, const std::string& id, Json content, World& world) {
  const std::string now = rfc3339(world.clock.now());
  content["id"] = id;
  content["created_at"] = now;
  content["modified_at"] = now;
  content["entity_tag"] = "1-" + world.ids.hex(32);
  return records.emplace_back(std::move(content));
}

Json& find_record(Records& records, const std::string& id, const std::string& kind) {
  const auto found = std::find_if(records.begin(), records.end(),
                                  [&id](const Json& record) { return record.at("id") == id; });
  if (found == records.end()) throw not_found("There is no such " + kind + ".");
  return *found;
}

const Json* find_by(const Records& records, const std::string& member, const std::string& value) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const Json& record) {
    return record.value(member, Json()) == value;
  });
  return found == records.end() ? nullptr : &*found;
}

void erase_record(Records& records, const std::string& id, const std::string& kind) {
  find_record(records, id, kind);
  std::erase_if(records, [&id](const Json& record) { return record.at("id") == id; });
}

void check_tag(const Request& request, const std::string& tag, const World& world) {
  const std::string given = request.header("if-match");
  if (given.empty()) throw invalid("The header If-Match is missing.");
  if (given == tag || given == "*") return;
  throw Refusal{world.switches.value("iam_stale_tag_status").get<int>(),
                "stale_entity_tag",
                "If-Match is not the current entity tag.",
                {}};
}

void touch(Json& record, World& world) {
  record["entity_tag"] = "2-" + world.ids.hex(32);
  record["modified_at"] = rfc3339(world.clock.now());
}

Json texts_of(const Json& body, std::initializer_list<const char*> names) {
  Json texts = Json::object();
  for (const char* name : names) {
    const Json value = body.value(name, Json());
    if (value.is_null()) continue;
    if (!value.is_string() || characters(value.get<std::string>()) > kLongestText) {
      throw invalid(std::string(name) + " must be a text of at most 1,024 characters.");
    }
    texts[name] = value;
  }
  return texts;
}

std::string required_text(const Json& body, const std::string& name) {
  const std::string text = texts_of(body, {name.c_str()}).value(name, "");
  if (text.empty()) throw invalid(name + " is required.");
  return text;
}

Response record_page(const Request& request, const std::string& name, const Records& found,
                     const World& world) {
  const std::size_t size = number_of(request, "pagesize", "", kStandardPage);
  if (size < 1 || size > kLargestPage) throw invalid("pagesize must be 1 to 100.");
  const std::size_t start = std::min(number_of(request, "pagetoken", kToken, 0), found.size());
  const std::size_t end = start + std::min(size, found.size() - start);
  Json body{{"context",
             {{"transaction_id", request.header("x-correlation-id")},
              {"start_time", rfc3339(world.clock.now())}}},
            {"offset", start},
            {"limit", size},
            {"first", page_url(request, size, 0)},
            {name, Json::array()}};
  if (start > 0) body["previous"] = page_url(request, size, start - std::min(size, start));
  if (end < found.size()) body["next"] = page_url(request, size, end);
  for (std::size_t i = start; i < end; ++i) body[name].push_back(found[i]);
  return Response::json(200, body);
}

}  // namespace localcloud::iam

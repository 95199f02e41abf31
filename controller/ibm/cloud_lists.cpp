#include "controller/ibm/cloud_lists.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "controller/ibm/api_error.h"
#include "controller/ibm/code_engine.h"
#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;

constexpr std::size_t kSources = 1000;  // a page; the most that Secrets Manager gives
constexpr std::size_t kTargets = 100;   // a page; the most that Code Engine gives
constexpr int kMaxPages = 200;          // a service that never ends its list is not believed

// Everything that a new version, an edit or a change of state can move. Not `downloaded` and
// `retrieved_at`: reading moves those.
constexpr std::array kMoving = {
    "state",           "versions_total",       "serial_number",         "validity",
    "expiration_date", "private_key_included", "intermediate_included", "updated_at"};

std::uint64_t mark_of(const json& line) {
  std::string text = text_member(line, "id");
  for (const char* name : kMoving) {
    text += '|';
    const auto member = line.find(name);
    if (member != line.end()) {
      text += member->dump(-1, ' ', false, json::error_handler_t::replace);
    }
  }
  return std::hash<std::string>{}(text);
}

bool has_next(const json& page) {
  const auto next = page.find("next");
  return next != page.end() && next->is_object();
}

// An object with the array `secrets`: both services call it so.
Result<json> page_of(const char* what, const Result<HttpResponse>& response) {
  if (!response) return tl::make_unexpected(response.error());
  if (!succeeded(*response)) return tl::make_unexpected(error_of(what, *response));
  auto page = parse_object(response->body.reveal());
  if (!page || !page->contains("secrets") || !page->at("secrets").is_array()) {
    return fail(ErrorCode::corrupt, std::string(what) + ": the answer is not a list");
  }
  return std::move(*page);
}

// An entry may carry long texts: then fewer of them fit below the transport's cap. False: the
// answer is what it is.
bool can_be_smaller(const Result<HttpResponse>& response, std::size_t& page_size) {
  if (response || response.error().code != ErrorCode::too_large || page_size == 1) return false;
  page_size = std::max<std::size_t>(page_size / 5, 1);
  return true;
}

tl::unexpected<Error> endless(const char* what) {
  return fail(ErrorCode::corrupt, std::string(what) + ": the list does not end");
}

}  // namespace

Result<HttpResponse> IbmLists::get(const v1::Endpoint& endpoint, std::string path,
                                   SteadyTime deadline) {
  HttpRequest request;
  request.endpoint = endpoint;
  request.path = std::move(path);
  request.headers.emplace_back("Accept", "application/json");
  request.deadline = deadline;
  return transport_.send(std::move(request));
}

Result<SourceLines> IbmLists::sources(const v1::Endpoint& manager, SteadyTime deadline) {
  constexpr const char* kWhat = "listing the certificates";
  SourceLines all;
  std::set<std::string> seen;  // pages shift when secrets come and go
  std::size_t offset = 0;
  std::size_t size = kSources;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    const auto response =
        get(manager,
            "/api/v2/secrets?secret_types=imported_cert,public_cert,private_cert&sort=id&limit=" +
                std::to_string(size) + "&offset=" + std::to_string(offset),
            deadline);
    if (can_be_smaller(response, size)) continue;
    const auto page = page_of(kWhat, response);
    if (!page) return tl::make_unexpected(page.error());
    const json& lines = page->at("secrets");
    for (const json& line : lines) {
      std::string id = text_member(line, "id");
      if (!seen.insert(id).second) continue;
      all.push_back({std::move(id), text_member(line, "secret_type"), text_member(line, "name"),
                     mark_of(line)});
    }
    if (!has_next(*page) || lines.empty()) return all;
    offset += lines.size();
  }
  return endless(kWhat);
}

Result<TargetLines> IbmLists::targets(const v1::Endpoint& code_engine,
                                      const std::string& project_id, SteadyTime deadline) {
  constexpr const char* kWhat = "listing the project's secrets";
  TargetLines all;
  const std::string path =
      "/projects/" + encode_segment(project_id) + "/secrets?" + kCodeEngineVersion + "&limit=";
  std::string start;
  std::size_t size = kTargets;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    const std::string from = start.empty() ? "" : "&start=" + encode_segment(start);
    const auto response = get(code_engine, path + std::to_string(size) + from, deadline);
    if (can_be_smaller(response, size)) continue;
    const auto page = page_of(kWhat, response);
    if (!page) return tl::make_unexpected(page.error());
    const json& lines = page->at("secrets");
    for (const json& line : lines) {
      all.insert_or_assign(text_member(line, "name"), text_member(line, "entity_tag"));
    }
    // An empty token would begin the list anew, for ever.
    start = has_next(*page) ? text_member(page->at("next"), "start") : "";
    if (start.empty()) return all;
  }
  return endless(kWhat);
}

Result<std::string> IbmLists::current_version(const v1::Endpoint& manager,
                                              const std::string& secret_id, SteadyTime deadline) {
  constexpr const char* kWhat = "reading the version's metadata";
  const auto response =
      get(manager, "/api/v2/secrets/" + encode_segment(secret_id) + "/versions/current/metadata",
          deadline);
  if (!response) return tl::make_unexpected(response.error());
  if (!succeeded(*response)) return tl::make_unexpected(error_of(kWhat, *response));
  const auto version = parse_object(response->body.reveal());
  std::string id = version ? text_member(*version, "id") : "";
  if (id.empty()) return fail(ErrorCode::corrupt, std::string(kWhat) + ": there is no id");
  return id;
}

}  // namespace certloop::ibm

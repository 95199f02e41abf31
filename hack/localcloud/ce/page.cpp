#include "hack/localcloud/ce/page.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "hack/localcloud/ce/refusal.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestToken = 2048;

// FNV-1a: an order that has nothing to do with names, the same at every call.
std::string scrambled(const std::string& key) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text + key;
}

// Hexadecimal keeps the order, so tokens are compared as they are and never decoded.
std::string token_of(const std::string& key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string token;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    token += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return token;
}

std::size_t limit_of(const World& world, const Request& request) {
  const auto standard = world.switches.value("ce_page_default").get<std::int64_t>();
  const auto cap = world.switches.value("ce_page_cap").get<std::int64_t>();
  std::int64_t limit = standard;
  if (const auto text = request.query_value("limit")) {
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, limit);
    if (error != std::errc{} || stop != end || limit < 1) {
      throw invalid("limit is a positive integer.");
    }
  }
  return static_cast<std::size_t>(std::max<std::int64_t>(1, std::min(limit, cap)));
}

std::string start_of(const Request& request) {
  const std::string start = request.query_value("start").value_or("");
  if (start.size() > kLongestToken ||
      start.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw invalid("start is not a token of this list.");
  }
  return start;
}

}  // namespace

Json make_page(const World& world, const Request& request, const std::string& collection,
               const std::map<std::string, Json>& items, const std::string& url,
               const std::string& filters) {
  const std::size_t limit = limit_of(world, request);
  const bool shuffled = world.switches.on("ce_list_shuffled");
  std::map<std::string, const Json*> by_token;
  for (const auto& [key, item] : items) {
    by_token[token_of(shuffled ? scrambled(key) : key)] = &item;
  }
  const std::string href = url + "?limit=" + std::to_string(limit) + filters;
  Json page = {{"first", {{"href", href}}}, {"limit", limit}, {collection, Json::array()}};
  auto next = by_token.upper_bound(start_of(request));
  std::string last;
  for (; next != by_token.end() && page[collection].size() < limit; ++next) {
    page[collection].push_back(*next->second);
    last = next->first;
  }
  if (next != by_token.end()) {
    page["next"] = {{"href", href + "&start=" + last}, {"start", last}};
  }
  return page;
}

void declare_page_switches(Switches& switches) {
  switches.declare("ce_page_default", 100, "items on a page when no limit is asked for",
                   from_to(1, 1000));
  switches.declare("ce_page_cap", 200, "most items on a page", from_to(1, 1000));
  switches.declare("ce_list_shuffled", false, "lists in an order that is not that of names");
}

}  // namespace localcloud::ce

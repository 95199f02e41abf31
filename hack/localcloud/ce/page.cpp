#include "hack/localcloud/ce/page.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "hack/localcloud/ce/refusal.h"

namespace localcloud::ce {
namespace {

constexpr std::size_t kLongestToken = 2048;
constexpr std::size_t kLimitDigits = 8;

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

// Eight hexadecimal digits of the limit, then the token of the last key.
struct Start {
  std::size_t limit = 0;  // 0: the request has no token
  std::string last{};
};

Start start_of(const Request& request) {
  const std::string text = request.query_value("start").value_or("");
  if (text.empty()) return {};
  Start start;
  if (text.size() > kLimitDigits && text.size() <= kLongestToken &&
      text.find_first_not_of("0123456789abcdef") == std::string::npos) {
    std::from_chars(text.data(), text.data() + kLimitDigits, start.limit, 16);
  }
  if (start.limit == 0) throw invalid("start is not a token of this list.");
  start.last = text.substr(kLimitDigits);
  return start;
}

std::string text_of(const Start& start) {
  char limit[kLimitDigits + 1];
  std::snprintf(limit, sizeof limit, "%08zx", start.limit);
  return limit + start.last;
}

}  // namespace

Json make_page(const World& world, const Request& request, const std::string& collection,
               const std::map<std::string, Json>& items, const std::string& url,
               const PageRules& rules) {
  Start start = start_of(request);
  if (!rules.start_decides || start.limit == 0) start.limit = limit_of(world, request);
  const bool shuffled = world.switches.on("ce_list_shuffled");
  std::map<std::string, const Json*> by_token;
  for (const auto& [key, item] : items) {
    by_token[token_of(shuffled ? scrambled(key) : key)] = &item;
  }
  const std::string href = url + "?limit=" + std::to_string(start.limit) + rules.filters;
  Json page = {{"first", {{"href", href}}}, {"limit", start.limit}, {collection, Json::array()}};
  auto next = by_token.upper_bound(start.last);
  for (; next != by_token.end() && page[collection].size() < start.limit; ++next) {
    page[collection].push_back(*next->second);
    start.last = next->first;
  }
  if (next != by_token.end()) {
    const std::string token = text_of(start);
    page["next"] = {{"href", href + "&start=" + token}, {"start", token}};
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

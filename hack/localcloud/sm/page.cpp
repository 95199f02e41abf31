#include "hack/localcloud/sm/page.h"

#include <algorithm>
#include <cctype>

#include "hack/localcloud/frame/url.h"
#include "hack/localcloud/sm/refusal.h"

namespace localcloud::sm {
namespace {

std::size_t read_number(const Instance& instance, const Request& request, const std::string& name,
                        Range range, std::size_t otherwise) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  const bool digits =
      !text->empty() && text->size() <= 9 &&
      std::all_of(text->begin(), text->end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  const std::size_t value = digits ? std::stoul(*text) : 0;
  if (!digits || value < range.least || value > range.most) {
    refuse(instance.world.switches.value("sm_bad_paging_status"),
           "'" + name + "' must be an integer from " + std::to_string(range.least) + " to " +
               std::to_string(range.most) + ".");
  }
  return value;
}

std::string folded(std::string text, bool ignore_case) {
  if (ignore_case) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  return text;
}

// The same query at another offset; the first page is told without one.
Json link(const Request& request, const Page& page, std::size_t offset) {
  std::string text;
  for (const auto& segment : request.path) text += "/" + percent_encode(segment);
  char before = '?';
  const auto add = [&](const std::string& name, const std::string& value) {
    text += before + name + "=" + percent_encode(value);
    before = '&';
  };
  if (offset > 0) add("offset", std::to_string(offset));
  add("limit", std::to_string(page.limit));
  for (const auto& [name, value] : request.query) {
    if (name != "offset" && name != "limit") add(name, value);
  }
  return {{"href", request.base_url + text}};
}

void add_links(const Request& request, const Page& page, std::size_t total, Json& answer) {
  const std::size_t last = total == 0 ? 0 : (total - 1) / page.limit * page.limit;
  answer["first"] = link(request, page, 0);
  answer["last"] = link(request, page, last);
  if (page.offset + page.limit < total) {
    answer["next"] = link(request, page, page.offset + page.limit);
  }
  if (page.offset > 0) {
    answer["previous"] = link(request, page, page.offset - std::min(page.offset, page.limit));
  }
}

}  // namespace

Page read_page(const Instance& instance, const Request& request, const PageRules& rules) {
  return {.offset = read_number(instance, request, "offset", rules.offset, 0),
          .limit = read_number(instance, request, "limit", rules.limit, rules.usual_limit)};
}

Sort read_sort(const Request& request, const std::vector<std::string>& members,
               const std::string& standard) {
  const std::string given = request.query_value("sort").value_or(standard);
  const bool descending = given.rfind('-', 0) == 0;
  Sort sort{.by = descending ? given.substr(1) : given, .descending = descending};
  if (!contains(members, sort.by)) refuse(400, "'sort' is not one of its known values.");
  return sort;
}

std::string read_search(const Request& request) {
  const auto search = request.query_value("search");
  if (!search) return "";
  if (search->size() < 2 || search->size() > 128) {
    refuse(400, "'search' must have 2 to 128 characters.");
  }
  return *search;
}

std::vector<std::string> read_list(const Request& request, const std::string& name,
                                   std::size_t most) {
  auto values = request.query_list(name);
  if (values.size() > most) {
    refuse(400, "'" + name + "' takes at most " + std::to_string(most) + " values.");
  }
  return values;
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool found_in(const Instance& instance, const std::vector<std::string>& texts,
              const std::string& search) {
  const bool ignore_case = instance.world.switches.on("sm_search_ignores_case");
  const std::string wanted = folded(search, ignore_case);
  return wanted.empty() || std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
           return folded(text, ignore_case).find(wanted) != std::string::npos;
         });
}

Json page_of(const Request& request, const Page& page, const std::string& member, std::size_t total,
             const std::function<Json(std::size_t)>& view) {
  Json shown = Json::array();
  const std::size_t end = std::min(total, page.offset + page.limit);
  for (std::size_t i = page.offset; i < end; ++i) shown.push_back(view(i));
  Json answer{{member, std::move(shown)},
              {"total_count", total},
              {"limit", page.limit},
              {"offset", page.offset}};
  add_links(request, page, total, answer);
  return answer;
}

}  // namespace localcloud::sm

#pragma once
#include <functional>
#include <string>
#include <vector>

#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/sm/fields.h"
#include "hack/localcloud/sm/instance.h"

// What all paged lists of this API have in common. All readers refuse bad parameters with 400, or
// with the status of the switch "sm_bad_paging_status".
namespace localcloud::sm {

struct PageRules {
  Range offset{0, 10'000'000};
  Range limit{1, 1000};
  std::size_t usual_limit = 200;
};

struct Page {
  std::size_t offset = 0;
  std::size_t limit = 0;
};
Page read_page(const Instance& instance, const Request& request, const PageRules& rules = {});

struct Sort {
  std::string by{};
  bool descending = false;
};
// "-name" and the like; `standard` when the request names no order.
Sort read_sort(const Request& request, const std::vector<std::string>& members,
               const std::string& standard);
// "" when the request has none.
std::string read_search(const Request& request);
std::vector<std::string> read_list(const Request& request, const std::string& name,
                                   std::size_t most);

bool contains(const std::vector<std::string>& all, const std::string& one);
// Whether one of the texts has `search` in it. An empty search finds everything.
bool found_in(const Instance& instance, const std::vector<std::string>& texts,
              const std::string& search);

// The page of `total` things, each seen as `view` tells, under `member`, with links to the others.
Json page_of(const Request& request, const Page& page, const std::string& member, std::size_t total,
             const std::function<Json(std::size_t)>& view);

}  // namespace localcloud::sm

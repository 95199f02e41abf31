#pragma once
#include <map>
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

struct PageRules {
  std::string filters{};       // travel in the hrefs: "&format=tls"
  bool start_decides = false;  // beside a start token, limit is ignored (lists of projects)
};

// One page of a list: {"first","limit","next",<collection>}. `items` by a key that is unique and
// stays; `url` is the list's own address. The start token holds the page's limit and the last key
// shown, so that pages neither skip nor repeat what stays in place while others come and go.
// Throws Refusal on a bad limit or token.
Json make_page(const World& world, const Request& request, const std::string& collection,
               const std::map<std::string, Json>& items, const std::string& url,
               const PageRules& rules = {});

void declare_page_switches(Switches& switches);

}  // namespace localcloud::ce

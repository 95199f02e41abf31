#pragma once
#include <map>
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud::ce {

// One page of a list: {"first","limit","next",<collection>}. `items` by a key that is unique and
// stays; `url` is the list's own address; `filters` travel in the hrefs ("&format=tls").
// The start token names the last key shown, so that pages neither skip nor repeat what stays in
// place while others come and go. Throws Refusal on a bad limit or token.
Json make_page(const World& world, const Request& request, const std::string& collection,
               const std::map<std::string, Json>& items, const std::string& url,
               const std::string& filters = {});

void declare_page_switches(Switches& switches);

}  // namespace localcloud::ce

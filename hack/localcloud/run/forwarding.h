#pragma once
#include <string>

#include "hack/localcloud/frame/http.h"
#include "hack/localcloud/frame/world.h"

namespace localcloud::run {

// What an app sees of a request to the ingress; its url is the target below the app's address.
OutboundRequest forwarded(World& world, Request request);

// What the caller sees of the app's answer, or of there being none.
Response answered(const OutboundResult& result);

// An answer of the platform itself.
Response plain(int status, const std::string& text);

}  // namespace localcloud::run

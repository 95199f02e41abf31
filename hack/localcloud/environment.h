#pragma once
#include <map>
#include <string>

#include "hack/localcloud/frame/world.h"

namespace localcloud {

// NAME -> value, by which IBM's SDKs (UPPER_CASE of their services' names), certloop and people
// find the services of the cloud at `url`, and what is in it from the start. Pure.
std::map<std::string, std::string> variables_of(const Seed& seed, const std::string& url);

}  // namespace localcloud

#pragma once
#include <string>

#include "hack/localcloud/frame/world.h"

// Credentials that look like IBM's and open nothing.
namespace localcloud::sm {

std::string made_up_api_key(Ids& ids);  // 44 characters
// "crn:v1:bluemix:public:iam-identity::a/<account>::serviceid:ServiceId-<uuid>"
std::string iam_crn(const World& world, const std::string& kind, const std::string& id);

}  // namespace localcloud::sm

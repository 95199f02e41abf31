#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/core/notification.h"
#include "controller/core/result.h"

namespace certloop::ibm {

// Understands what Event Notifications (or a cron timer, or an operator's template) posts: a
// structured CloudEvent, a binary one (ce-* headers, the body is its data), bare Secrets Manager
// data, any other JSON object, an empty body. Pure. `headers` have lowercase names.
// Errors: invalid, when the body is neither empty nor a JSON object.
// URLs in the event are never read: they are not to be trusted and were wrong at times.
Result<Notification> parse_notification(
    const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body);

// The same for a body that is read already: an object.
Notification understand_notification(
    const std::vector<std::pair<std::string, std::string>>& headers,
    const nlohmann::json& document);

}  // namespace certloop::ibm

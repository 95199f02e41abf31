#include "controller/ibm/notification.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "controller/core/text.h"
#include "controller/ibm/json.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;

constexpr std::string_view kPrefix = "com.ibm.cloud.secrets-manager.";
constexpr std::size_t kMaxSecrets = 1000;  // Secrets Manager sends at most 100

// Events after which no secret looks different. All others wake: a new kind of event must not be
// missed, and a look too many is harmless.
constexpr std::array<std::string_view, 12> kQuietEvents = {
    "secret_creation_failed",    "secret_rotation_failed",    "secret_deletion_failed",
    "secret_deletion_blocked",   "secret_revocation_blocked", "secret_rotation_blocked",
    "secret_expiration_blocked", "secret_task_created",       "secret_task_succeeded",
    "secret_task_failed",        "secret_task_deleted",       "test_event"};

bool is_uuid(std::string_view text) {
  return text.size() == 36 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
         });
}

// "com.ibm.cloud.secrets-manager.secret_about_to_expire:in_10_days" -> "secret_about_to_expire"
std::string short_event_type(std::string_view type) {
  if (type.substr(0, kPrefix.size()) == kPrefix) type.remove_prefix(kPrefix.size());
  return printable(type.substr(0, type.find(':')), 64);
}

// Field `index` (from 0) of a CRN, "" if there are fewer.
std::string crn_field(std::string_view crn, int index) {
  for (; index > 0; --index) {
    const std::size_t colon = crn.find(':');
    if (colon == std::string_view::npos) return {};
    crn.remove_prefix(colon + 1);
  }
  return std::string(crn.substr(0, crn.find(':')));
}

std::string instance_of(std::string_view crn) {
  std::string instance = crn_field(crn, 7);
  return is_uuid(instance) ? instance : std::string();
}

// The id comes as a whole CRN or as a bare UUID; which one is not established.
SecretHint hint_of(const json& entry, const std::string& type, const std::string& instance) {
  SecretHint hint{instance, {}, type, text_member(entry, "secret_name")};
  const std::string id = text_member(entry, "secret_id");
  const std::string uuid = id.substr(id.rfind(':') + 1);
  if (is_uuid(uuid)) hint.id = uuid;
  if (id.rfind("crn:", 0) == 0) hint.instance = instance_of(id);
  return hint;
}

std::string header(const std::vector<std::pair<std::string, std::string>>& headers,
                   std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == headers.end() ? std::string() : found->second;
}

std::vector<SecretHint> hints_of(const json& data) {
  std::vector<SecretHint> hints;
  const auto secrets = data.find("secrets");
  if (secrets == data.end() || !secrets->is_array() || secrets->size() > kMaxSecrets) return hints;
  const std::string type = text_member(data, "secret_type");
  const std::string instance = instance_of(text_member(data, "source_instance_crn"));
  for (const json& entry : *secrets) {
    if (entry.is_object()) hints.push_back(hint_of(entry, type, instance));
  }
  return hints;
}

Notification::Kind kind_of(const std::string& event_type, bool names_secrets) {
  const bool quiet =
      std::find(kQuietEvents.begin(), kQuietEvents.end(), event_type) != kQuietEvents.end();
  if (quiet) return Notification::Kind::irrelevant;
  return names_secrets ? Notification::Kind::secrets : Notification::Kind::unrecognized;
}

}  // namespace

Result<Notification> parse_notification(
    const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return Notification{};
  const auto document = parse_object(body);
  if (!document) return fail(ErrorCode::invalid, "the body is not a JSON object");
  return understand_notification(headers, *document);
}

Notification understand_notification(
    const std::vector<std::pair<std::string, std::string>>& headers, const json& document) {
  const auto data_member = document.find("data");
  const bool structured = data_member != document.end() && data_member->is_object();
  const json& data = structured ? *data_member : document;
  std::string type = header(headers, "ce-type");
  if (type.empty() && structured) type = text_member(document, "type");

  Notification notification;
  notification.id = printable(text_member(document, "notification_id"), 64);
  const std::string data_type = text_member(data, "event_type");
  notification.event_type = short_event_type(data_type.empty() ? type : data_type);
  const bool from_secrets_manager = type.rfind(kPrefix, 0) == 0 || !data_type.empty();
  if (!from_secrets_manager) return notification;
  notification.secrets = hints_of(data);
  notification.kind = kind_of(notification.event_type, !notification.secrets.empty());
  return notification;
}

}  // namespace certloop::ibm

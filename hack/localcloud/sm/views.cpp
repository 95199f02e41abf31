#include "hack/localcloud/sm/views.h"

#include "hack/localcloud/sm/locks.h"
#include "hack/localcloud/sm/rotation.h"

namespace localcloud::sm {
namespace {

void put_unless_empty(Json& view, const char* member, const Json& value) {
  if (!value.empty() && value != "") view[member] = value;
}

std::string with_line_ends(const std::string& pem, const std::string& form) {
  std::string text;
  for (const char c : pem) {
    if (c == '\r') continue;
    if (c == '\n' && form == "crlf") text += '\r';
    text += c;
  }
  return text;
}

// Whether a PEM comes back with the line ends it was sent with is not established.
void add_payload(const Instance& instance, const Content& content, Json& view) {
  const std::string form = instance.world.switches.value("pem_line_ends");
  for (const auto& [member, value] : content.payload.items()) {
    const bool pem = value.is_string() && member != "payload" && form != "as_sent" &&
                     value.get_ref<const std::string&>().rfind("-----BEGIN ", 0) == 0;
    view[member] = pem ? Json(with_line_ends(value, form)) : value;
  }
}

void add_next_rotation(const Secret& secret, Json& view) {
  if (secret.versions.empty() || !secret.own.contains("rotation")) return;
  const auto due = next_rotation(secret.own["rotation"], secret.versions.back().created_at);
  if (due) view["next_rotation_date"] = rfc3339(*due);
}

Json whole_metadata(const Instance& instance, const Secret& secret) {
  Json view{{"id", secret.id},
            {"secret_type", secret.type},
            {"name", secret.name},
            {"secret_group_id", instance.shown_group_id(secret.group_id)},
            {"crn", instance.crn(secret)},
            {"state", static_cast<int>(secret.state)},
            {"state_description", describe(secret.state)},
            {"created_at", rfc3339(secret.created_at)},
            {"created_by", kCaller},
            {"updated_at", rfc3339(secret.updated_at)},
            {"downloaded", !secret.versions.empty() && secret.versions.back().downloaded},
            {"versions_total", instance.versions_total(secret)},
            {"locks_total", locks_total(secret)}};
  put_unless_empty(view, "description", secret.description);
  put_unless_empty(view, "labels", secret.labels);
  put_unless_empty(view, "custom_metadata", secret.custom_metadata);
  if (instance.world.switches.on("shows_retrieved_at")) {
    view["retrieved_at"] = rfc3339(secret.retrieved_at.value_or(Time()));
  }
  view.update(secret.own);
  if (!secret.versions.empty()) view.update(secret.versions.back().content.about_secret);
  if (const auto expires = Instance::expiration(secret)) {
    view["expiration_date"] = rfc3339(*expires);
  }
  add_next_rotation(secret, view);
  return view;
}

}  // namespace

Json group_view(const Instance& instance, const Group& group) {
  return {{"id", instance.shown_group_id(group.id)},
          {"name", group.name},
          {"description", group.description},  // the SDKs require it, if only empty
          {"created_at", rfc3339(group.created_at)},
          {"updated_at", rfc3339(group.updated_at)},
          {"created_by", kCaller}};
}

Json secret_metadata(const Instance& instance, const Secret& secret) {
  Json view = whole_metadata(instance, secret);
  if (view.contains("managed_csr") && !instance.world.switches.on("managed_csr_key_in_metadata")) {
    view["managed_csr"].erase("private_key");
  }
  return view;
}

Json version_metadata(const Instance& instance, const Secret& secret, const Version& version) {
  Json view{{"id", version.id},
            {"secret_id", secret.id},
            {"secret_name", secret.name},
            {"secret_type", secret.type},
            {"secret_group_id", instance.shown_group_id(secret.group_id)},
            {"created_at", rfc3339(version.created_at)},
            {"created_by", kCaller},
            {"payload_available", version.payload_available},
            {"downloaded", version.downloaded},
            {"auto_rotated", version.auto_rotated}};
  view.update(version.content.about_version);
  const std::string alias = secret.versions.empty() ? "" : instance.alias(secret, version);
  put_unless_empty(view, "alias", alias);
  put_unless_empty(view, "version_custom_metadata", version.custom_metadata);
  const auto expires = alias == "current" ? Instance::expiration(secret) : version.content.expires;
  if (expires) view["expiration_date"] = rfc3339(*expires);
  return view;
}

Json secret_with_payload(const Instance& instance, const Secret& secret) {
  Json view = whole_metadata(instance, secret);
  if (!secret.versions.empty()) add_payload(instance, secret.versions.back().content, view);
  return view;
}

Json version_with_payload(const Instance& instance, const Secret& secret, const Version& version) {
  Json view = version_metadata(instance, secret, version);
  add_payload(instance, version.content, view);
  return view;
}

}  // namespace localcloud::sm

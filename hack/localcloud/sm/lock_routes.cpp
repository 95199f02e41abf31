#include <algorithm>
#include <cctype>

#include "hack/localcloud/sm/locks.h"
#include "hack/localcloud/sm/page.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/routes.h"

namespace localcloud::sm {
namespace {

constexpr std::size_t kAttributeBytes = 10 * 1024;

struct Held {
  const Version* version = nullptr;
  const Lock* lock = nullptr;
};

Json lock_view(const Instance& instance, const Secret& secret, const Held& held) {
  const Lock& lock = *held.lock;
  Json view{{"name", lock.name},
            {"created_at", rfc3339(lock.created_at)},
            {"updated_at", rfc3339(lock.updated_at)},
            {"created_by", kCaller},
            {"secret_group_id", instance.shown_group_id(secret.group_id)},
            {"secret_id", secret.id},
            {"secret_version_id", held.version->id},
            {"secret_version_alias", instance.alias(secret, *held.version)}};
  if (!lock.description.empty()) view["description"] = lock.description;
  if (!lock.attributes.empty()) view["attributes"] = lock.attributes;
  return view;
}

Json version_locks_view(const Instance& instance, const Secret& secret, const Version& version) {
  Json names = Json::array();
  for (const Lock& lock : version.locks) names.push_back(lock.name);
  return {{"version_id", version.id},
          {"version_alias", instance.alias(secret, version)},
          {"locks", std::move(names)},
          {"payload_available", version.payload_available}};
}

// The versions that hold locks, and the one that was spoken to.
Json secret_locks_view(const Instance& instance, const Secret& secret, const Version* addressed) {
  Json versions = Json::array();
  for (auto version = secret.versions.rbegin(); version != secret.versions.rend(); ++version) {
    if (!version->locks.empty() || &*version == addressed) {
      versions.push_back(version_locks_view(instance, secret, *version));
    }
  }
  return {{"secret_id", secret.id},
          {"secret_group_id", instance.shown_group_id(secret.group_id)},
          {"secret_type", secret.type},
          {"secret_name", secret.name},
          {"versions", std::move(versions)}};
}

Lock read_lock(const Instance& instance, const Json& body) {
  if (!body.is_object()) refuse(400, "'locks' must hold objects.");
  const Fields fields(body);
  Lock lock{.name = fields.name("name", {2, 64}),
            .description = fields.maybe_text("description", {0, 1024}).value_or(""),
            .attributes = fields.object("attributes", kAttributeBytes),
            .created_at = instance.now(),
            .updated_at = instance.now()};
  if (std::isalpha(static_cast<unsigned char>(lock.name.front())) == 0) {
    refuse(400, "The name of a lock begins with a letter.");
  }
  return lock;
}

std::vector<Lock> read_locks(const Instance& instance, const Json& body) {
  const Fields fields(body);
  if (!fields.has("locks") || !fields.raw("locks").is_array() ||
      fields.raw("locks").size() > kMostLocks) {
    refuse(400, "'locks' must be an array of at most 1000.");
  }
  std::vector<Lock> locks;
  for (const Json& lock : fields.raw("locks")) locks.push_back(read_lock(instance, lock));
  return locks;
}

// The modes: what becomes of locks of the same names, and of the data, of the previous version.
void clear_previous(Instance& instance, Secret& secret, const std::vector<Lock>& locks,
                    bool delete_data) {
  if (secret.versions.size() < 2) return;
  Version& previous = secret.versions[secret.versions.size() - 2];
  for (const Lock& lock : locks) remove_locks(previous, {lock.name});
  if (!delete_data || !previous.locks.empty() || !previous.payload_available) return;
  Instance::drop_payload(previous);
  publish(instance, secret, {.type = "secret_version_data_deleted", .by = kCaller});
}

Response lock(Instance& instance, const Request& request, Secret& secret, Version& version) {
  const Json body = parse_json_object(request);
  auto locks = read_locks(instance, body);
  const std::string mode = request.query_value("mode").value_or("");
  if (!contains({"", "remove_previous", "remove_previous_and_delete"}, mode)) {
    refuse(400, "'mode' is not one of its known values.");
  }
  if (!mode.empty() && secret.type == "custom_credentials") {
    refuse(400, "Locks of custom_credentials take no mode.");
  }
  add_locks(instance, secret, version, locks);
  if (!mode.empty() && &version == &secret.versions.back()) {
    clear_previous(instance, secret, locks, mode == "remove_previous_and_delete");
  }
  return Response::json(201, secret_locks_view(instance, secret, &version));
}

Response list_locks(const Instance& instance, const Request& request, const Secret& secret,
                    const Version* only) {
  const Page page =
      read_page(instance, request, {.offset = {0, 1000}, .limit = {1, 100}, .usual_limit = 25});
  const Sort sort = read_sort(request, {"created_at", "updated_at", "name"}, "name");
  const std::string search = read_search(request);
  std::vector<std::pair<std::string, Held>> keyed;
  for (const Version& version : secret.versions) {
    if (only != nullptr && &version != only) continue;
    for (const Lock& lock : version.locks) {
      if (!found_in(instance, {lock.name}, search)) continue;
      const std::string key = sort.by == "name"         ? lock.name
                              : sort.by == "created_at" ? rfc3339(lock.created_at)
                                                        : rfc3339(lock.updated_at);
      keyed.emplace_back(key, Held{&version, &lock});
    }
  }
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& left, const auto& right) {
    return sort.descending ? right.first < left.first : left.first < right.first;
  });
  return Response::json(200, page_of(request, page, "locks", keyed.size(), [&](std::size_t i) {
                          return lock_view(instance, secret, keyed[i].second);
                        }));
}

Response list_all_locks(const Instance& instance, const Request& request) {
  const Page page = read_page(instance, request);
  const std::string search = read_search(request);
  std::vector<std::string> groups;
  for (const auto& id : read_list(request, "groups", 201)) {
    groups.push_back(instance.inner_group_id(id));
  }
  std::vector<const Secret*> found;
  for (const auto& [id, secret] : instance.secrets) {
    if (!is_locked(secret) || (!groups.empty() && !contains(groups, secret.group_id))) continue;
    std::vector<std::string> texts{secret.id, secret.name};
    for (const Version& version : secret.versions) {
      for (const Lock& lock : version.locks) texts.push_back(lock.name);
    }
    if (found_in(instance, texts, search)) found.push_back(&secret);
  }
  return Response::json(
      200, page_of(request, page, "secrets_locks", found.size(),
                   [&](std::size_t i) { return secret_locks_view(instance, *found[i], nullptr); }));
}

void add_secret_lock_routes(Router& router, Instance& instance) {
  const std::string one = "/api/v2/secrets/{id}";
  router.on("GET", one + "/locks", [&instance](const Request& request, const Params& params) {
    return list_locks(instance, request, instance.secret(params.at("id")), nullptr);
  });
  router.on("POST", one + "/locks_bulk", [&instance](const Request& request, const Params& params) {
    Secret& secret = instance.secret(params.at("id"));
    return lock(instance, request, secret, instance.version(secret, "current"));
  });
  router.on("DELETE", one + "/locks_bulk",
            [&instance](const Request& request, const Params& params) {
              Secret& secret = instance.secret(params.at("id"));
              const auto names = read_list(request, "name", kMostLocks);
              for (Version& version : secret.versions) remove_locks(version, names);
              const Version* current = secret.versions.empty() ? nullptr : &secret.versions.back();
              return Response::json(200, secret_locks_view(instance, secret, current));
            });
}

void add_version_lock_routes(Router& router, Instance& instance) {
  const std::string one = "/api/v2/secrets/{id}/versions/{version}";
  router.on("GET", one + "/locks", [&instance](const Request& request, const Params& params) {
    Secret& secret = instance.secret(params.at("id"));
    return list_locks(instance, request, secret, &instance.version(secret, params.at("version")));
  });
  router.on("POST", one + "/locks_bulk", [&instance](const Request& request, const Params& params) {
    Secret& secret = instance.secret(params.at("id"));
    return lock(instance, request, secret, instance.version(secret, params.at("version")));
  });
  router.on("DELETE", one + "/locks_bulk",
            [&instance](const Request& request, const Params& params) {
              Secret& secret = instance.secret(params.at("id"));
              Version& version = instance.version(secret, params.at("version"));
              remove_locks(version, read_list(request, "name", kMostLocks));
              return Response::json(200, secret_locks_view(instance, secret, &version));
            });
}

}  // namespace

void add_lock_routes(Router& router, Instance& instance) {
  router.on("GET", "/api/v2/secrets_locks", [&instance](const Request& request, const Params&) {
    return list_all_locks(instance, request);
  });
  add_secret_lock_routes(router, instance);
  add_version_lock_routes(router, instance);
}

}  // namespace localcloud::sm

#include "hack/localcloud/sm/list_query.h"

#include <algorithm>

#include "hack/localcloud/sm/page.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/views.h"

namespace localcloud::sm {
namespace {

struct ListQuery {
  Page page{};
  Sort sort{};
  std::string search{};
  std::vector<std::string> groups{};  // inner ids
  std::vector<std::string> types{};
  std::vector<std::string> labels{};
};

ListQuery read_query(const Instance& instance, const Request& request) {
  ListQuery query;
  query.page = read_page(instance, request);
  query.sort = read_sort(
      request,
      {"id", "created_at", "updated_at", "retrieved_at", "expiration_date", "secret_type", "name"},
      "id");
  query.search = read_search(request);
  for (const auto& id : read_list(request, "groups", 201)) {
    query.groups.push_back(instance.inner_group_id(id));
  }
  query.types = read_list(request, "secret_types", 9);
  for (const auto& type : query.types) {
    if (!contains(known_types(), type)) {
      refuse(400, "'secret_types' has an unknown value.");
    }
  }
  query.labels = read_list(request, "match_all_labels", 30);
  return query;
}

bool found_by(const Instance& instance, const Secret& secret, const std::string& search) {
  std::vector<std::string> texts{secret.id, secret.name, secret.description, secret.type};
  texts.insert(texts.end(), secret.labels.begin(), secret.labels.end());
  return found_in(instance, texts, search);
}

bool matches(const Instance& instance, const Secret& secret, const ListQuery& query) {
  if (!query.groups.empty() && !contains(query.groups, secret.group_id)) return false;
  if (!query.types.empty() && !contains(query.types, secret.type)) return false;
  const bool labelled = std::all_of(query.labels.begin(), query.labels.end(),
                                    [&](const auto& one) { return contains(secret.labels, one); });
  return labelled && (query.search.empty() || found_by(instance, secret, query.search));
}

// Texts that sort like what they stand for; RFC 3339 in one time zone does.
std::string sort_key(const Secret& secret, const std::string& sort) {
  if (sort == "created_at") return rfc3339(secret.created_at);
  if (sort == "updated_at") return rfc3339(secret.updated_at);
  if (sort == "retrieved_at") return rfc3339(secret.retrieved_at.value_or(Time()));
  if (sort == "secret_type") return secret.type;
  if (sort == "name") return secret.name;
  if (sort == "expiration_date") {
    const auto expires = Instance::expiration(secret);
    return expires ? rfc3339(*expires) : "";
  }
  return secret.id;
}

std::vector<const Secret*> select(const Instance& instance, const ListQuery& query) {
  std::vector<std::pair<std::string, const Secret*>> keyed;
  for (const auto& [id, secret] : instance.secrets) {
    if (matches(instance, secret, query)) {
      keyed.emplace_back(sort_key(secret, query.sort.by), &secret);
    }
  }
  // Stable over a map in the order of ids: equal keys keep one order from page to page.
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& left, const auto& right) {
    return query.sort.descending ? right.first < left.first : left.first < right.first;
  });
  std::vector<const Secret*> found;
  for (const auto& [key, secret] : keyed) found.push_back(secret);
  return found;
}

}  // namespace

Json list_secrets(const Instance& instance, const Request& request) {
  const ListQuery query = read_query(instance, request);
  const auto found = select(instance, query);
  return page_of(request, query.page, "secrets", found.size(),
                 [&](std::size_t i) { return secret_metadata(instance, *found[i]); });
}

}  // namespace localcloud::sm

#include "hack/localcloud/sm/list_query.h"

#include <algorithm>
#include <cctype>

#include "hack/localcloud/frame/url.h"
#include "hack/localcloud/sm/refusal.h"
#include "hack/localcloud/sm/views.h"

namespace localcloud::sm {
namespace {

struct ListQuery {
  std::size_t offset = 0;
  std::size_t limit = 200;
  std::string sort = "id";
  bool descending = false;
  std::string search{};
  std::vector<std::string> groups{};  // inner ids
  std::vector<std::string> types{};
  std::vector<std::string> labels{};
};

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::size_t read_number(const Instance& instance, const Request& request, const std::string& name,
                        Range range, std::size_t otherwise) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  const bool digits =
      !text->empty() && text->size() <= 9 &&
      std::all_of(text->begin(), text->end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  const std::size_t value = digits ? std::stoul(*text) : 0;
  if (!digits || value < range.least || value > range.most) {
    refuse(instance.world.switches.value("sm_bad_paging_status"),
           "'" + name + "' must be an integer from " + std::to_string(range.least) + " to " +
               std::to_string(range.most) + ".");
  }
  return value;
}

std::vector<std::string> read_list(const Request& request, const std::string& name,
                                   std::size_t most) {
  auto values = request.query_list(name);
  if (values.size() > most) {
    refuse(400, "'" + name + "' takes at most " + std::to_string(most) + " values.");
  }
  return values;
}

void read_sort(const Request& request, ListQuery& query) {
  auto sort = request.query_value("sort");
  if (!sort) return;
  query.descending = sort->rfind('-', 0) == 0;
  query.sort = query.descending ? sort->substr(1) : *sort;
  if (!contains({"id", "created_at", "updated_at", "retrieved_at", "expiration_date", "secret_type",
                 "name"},
                query.sort)) {
    refuse(400, "'sort' is not one of its known values.");
  }
}

ListQuery read_query(const Instance& instance, const Request& request) {
  ListQuery query;
  query.offset = read_number(instance, request, "offset", {0, 10'000'000}, 0);
  query.limit = read_number(instance, request, "limit", {1, 1000}, 200);
  read_sort(request, query);
  if (const auto search = request.query_value("search")) {
    if (search->size() < 2 || search->size() > 128) {
      refuse(400, "'search' must have 2 to 128 characters.");
    }
    query.search = *search;
  }
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

std::string folded(std::string text, bool ignore_case) {
  if (ignore_case) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  return text;
}

bool found_by(const Secret& secret, const std::string& search, bool ignore_case) {
  const std::string wanted = folded(search, ignore_case);
  std::vector<std::string> texts{secret.id, secret.name, secret.description, secret.type};
  texts.insert(texts.end(), secret.labels.begin(), secret.labels.end());
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return folded(text, ignore_case).find(wanted) != std::string::npos;
  });
}

bool matches(const Instance& instance, const Secret& secret, const ListQuery& query) {
  if (!query.groups.empty() && !contains(query.groups, secret.group_id)) return false;
  if (!query.types.empty() && !contains(query.types, secret.type)) return false;
  const bool labelled = std::all_of(query.labels.begin(), query.labels.end(),
                                    [&](const auto& one) { return contains(secret.labels, one); });
  if (!labelled) return false;
  return query.search.empty() ||
         found_by(secret, query.search, instance.world.switches.on("sm_search_ignores_case"));
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
    if (matches(instance, secret, query)) keyed.emplace_back(sort_key(secret, query.sort), &secret);
  }
  // Stable over a map in the order of ids: equal keys keep one order from page to page.
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& left, const auto& right) {
    return query.descending ? right.first < left.first : left.first < right.first;
  });
  std::vector<const Secret*> found;
  for (const auto& [key, secret] : keyed) found.push_back(secret);
  return found;
}

// The same query at another offset; the first page is told without one.
Json link(const Request& request, const ListQuery& query, std::size_t offset) {
  std::string text;
  const auto add = [&text](const std::string& name, const std::string& value) {
    text += (text.empty() ? "?" : "&") + name + "=" + percent_encode(value);
  };
  if (offset > 0) add("offset", std::to_string(offset));
  add("limit", std::to_string(query.limit));
  for (const auto& [name, value] : request.query) {
    if (name != "offset" && name != "limit") add(name, value);
  }
  return {{"href", request.base_url + "/api/v2/secrets" + text}};
}

void add_links(const Request& request, const ListQuery& query, std::size_t total, Json& page) {
  const std::size_t last = total == 0 ? 0 : (total - 1) / query.limit * query.limit;
  page["first"] = link(request, query, 0);
  page["last"] = link(request, query, last);
  if (query.offset + query.limit < total) {
    page["next"] = link(request, query, query.offset + query.limit);
  }
  if (query.offset > 0) {
    page["previous"] = link(request, query, query.offset - std::min(query.offset, query.limit));
  }
}

}  // namespace

Json list_secrets(const Instance& instance, const Request& request) {
  const ListQuery query = read_query(instance, request);
  const auto found = select(instance, query);
  Json secrets = Json::array();
  const std::size_t end = std::min(found.size(), query.offset + query.limit);
  for (std::size_t i = query.offset; i < end; ++i) {
    secrets.push_back(secret_metadata(instance, *found[i]));
  }
  Json page{{"secrets", std::move(secrets)},
            {"total_count", found.size()},
            {"limit", query.limit},
            {"offset", query.offset}};
  add_links(request, query, found.size(), page);
  return page;
}

}  // namespace localcloud::sm

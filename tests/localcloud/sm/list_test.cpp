#include <set>

#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

std::vector<std::string> names_of(const Json& page) {
  std::vector<std::string> names;
  for (const Json& secret : page.at("secrets")) names.push_back(secret.at("name"));
  return names;
}

// Three texts and a kv: "alpha" and "kv-two" in the default group, the others in "shop".
std::string furnish(const House& house) {
  const std::string group =
      house.client().post("/secret_groups", {{"name", "shop"}}).json().at("id");
  const auto add = [&](const Json& body) {
    house.create(body);
    house.advance(std::chrono::seconds(2));
  };
  add({{"secret_type", "arbitrary"},
       {"name", "beta"},
       {"payload", "hidden"},
       {"secret_group_id", group},
       {"labels", {"prod", "eu"}},
       {"expiration_date", "2090-01-01T00:00:00Z"}});
  add({{"secret_type", "arbitrary"},
       {"name", "alpha"},
       {"payload", "hidden"},
       {"description", "Till of the SHOP"},
       {"labels", {"prod"}}});
  add({{"secret_type", "arbitrary"},
       {"name", "gamma"},
       {"payload", "hidden"},
       {"secret_group_id", group},
       {"labels", {"production", "eu"}},
       {"expiration_date", "2080-01-01T00:00:00Z"}});
  add({{"secret_type", "kv"}, {"name", "kv-two"}, {"data", {{"a", 1}}}});
  return group;
}

TEST_CASE("the list is filtered and sorted as asked", "[sm]") {
  House house;
  const std::string group = furnish(house);
  struct Case {
    std::string query;
    std::vector<std::string> names;
  };
  const std::vector<Case> cases{
      {"sort=name", {"alpha", "beta", "gamma", "kv-two"}},
      {"sort=-name", {"kv-two", "gamma", "beta", "alpha"}},
      {"sort=created_at", {"beta", "alpha", "gamma", "kv-two"}},
      {"sort=-updated_at", {"kv-two", "gamma", "alpha", "beta"}},
      {"sort=expiration_date&match_all_labels=eu", {"gamma", "beta"}},
      {"sort=-secret_type&limit=1", {"kv-two"}},
      {"sort=name&secret_types=kv", {"kv-two"}},
      {"sort=name&secret_types=kv,arbitrary", {"alpha", "beta", "gamma", "kv-two"}},
      {"sort=name&secret_types=kv%2Carbitrary", {"alpha", "beta", "gamma", "kv-two"}},
      {"sort=name&secret_types=kv&secret_types=arbitrary", {"alpha", "beta", "gamma", "kv-two"}},
      {"sort=name&secret_types=imported_cert", {}},
      {"sort=name&groups=default", {"alpha", "kv-two"}},
      {"sort=name&groups=" + group, {"beta", "gamma"}},
      {"sort=name&groups=default," + group, {"alpha", "beta", "gamma", "kv-two"}},
      {"sort=name&match_all_labels=prod", {"alpha", "beta"}},
      {"sort=name&match_all_labels=prod,eu", {"beta"}},
      {"sort=name&search=alp", {"alpha"}},
      {"sort=name&search=the%20shop", {"alpha"}},
      {"sort=name&search=production", {"gamma"}},
      {"sort=name&search=arbitr", {"alpha", "beta", "gamma"}},
      {"sort=name&search=hidden", {}},
      {"sort=name&offset=2", {"gamma", "kv-two"}},
      {"sort=name&offset=1&limit=2", {"beta", "gamma"}},
      {"sort=name&offset=4", {}},
  };
  for (const auto& one : cases) {
    INFO(one.query);
    CHECK(names_of(house.get("/secrets?" + one.query)) == one.names);
  }
  house.set("sm_search_ignores_case", false);
  CHECK(names_of(house.get("/secrets?search=the%20shop")).empty());
  CHECK(names_of(house.get("/secrets?search=the%20SHOP")) == std::vector<std::string>{"alpha"});
}

TEST_CASE("the list sorts by the last read", "[sm]") {
  House house;
  const Json first = house.create_arbitrary("first");
  const Json second = house.create_arbitrary("second");
  house.get(House::path(second));
  house.advance(std::chrono::seconds(2));
  house.get(House::path(first));
  CHECK(names_of(house.get("/secrets?sort=-retrieved_at")) ==
        std::vector<std::string>{"first", "second"});
}

TEST_CASE("bad parameters of the list are refused", "[sm]") {
  House house;
  for (const char* query :
       {"limit=0", "limit=1001", "limit=x", "limit=", "limit=-1", "limit=1.5", "offset=-1",
        "offset=10000001", "offset=99999999999999999999", "sort=size", "sort=--name", "search=x",
        "secret_types=cert", "secret_types=kv,kv,kv,kv,kv,kv,kv,kv,kv,kv"}) {
    INFO(query);
    CHECK(house.client().get(std::string("/secrets?") + query).status == 400);
  }
  CHECK(house.client().get("/secrets?search=" + std::string(129, 'x')).status == 400);
  house.set("sm_bad_paging_status", 422);
  CHECK(house.client().get("/secrets?limit=0").status == 422);
}

TEST_CASE("a single page has first and last and nothing else", "[sm]") {
  House house;
  house.create_arbitrary("plain");
  const Json page = house.get("/secrets?offset=0&secret_types=arbitrary");
  CHECK(page.at("total_count") == 1);
  CHECK(page.at("limit") == 200);
  CHECK(page.at("offset") == 0);
  const Json first{{"href", house.base_url() + "/api/v2/secrets?limit=200&secret_types=arbitrary"}};
  CHECK(page.at("first") == first);
  CHECK(page.at("last") == first);
  CHECK_FALSE(page.contains("next"));
  CHECK_FALSE(page.contains("previous"));
}

TEST_CASE("following next visits every secret once and ends", "[sm]") {
  House house;
  std::set<std::string> expected;
  for (int i = 0; i < 7; ++i) {
    expected.insert(house.create_arbitrary("secret-" + std::to_string(i)).at("id"));
  }
  std::set<std::string> seen;
  std::string url = house.base_url() + "/api/v2/secrets?limit=3&sort=-created_at";
  std::vector<std::size_t> sizes;
  Json page;
  for (; !url.empty(); url = page.contains("next") ? page["next"]["href"] : Json("")) {
    page = cloud_client::call("GET", url, {{"Authorization", "Bearer good"}}).json();
    for (const Json& secret : page.at("secrets")) seen.insert(secret.at("id"));
    sizes.push_back(page.at("secrets").size());
    REQUIRE(sizes.size() <= 3);
  }
  CHECK(sizes == std::vector<std::size_t>{3, 3, 1});
  CHECK(seen == expected);
  CHECK(page.at("last").at("href") ==
        house.base_url() + "/api/v2/secrets?offset=6&limit=3&sort=-created_at");
  CHECK(page.at("previous").at("href") ==
        house.base_url() + "/api/v2/secrets?offset=3&limit=3&sort=-created_at");
  CHECK(house.get("/secrets?limit=3&offset=3").at("previous").at("href") ==
        house.base_url() + "/api/v2/secrets?limit=3");
}

TEST_CASE("an offset beyond the end is an empty page without next", "[sm]") {
  House house;
  house.create_arbitrary("plain");
  const Json page = house.get("/secrets?offset=500");
  CHECK(page.at("secrets").empty());
  CHECK(page.at("total_count") == 1);
  CHECK_FALSE(page.contains("next"));
}

}  // namespace
}  // namespace sm_tests

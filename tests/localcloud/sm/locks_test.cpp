#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

Json named(const std::vector<std::string>& names) {
  Json locks = Json::array();
  for (const auto& name : names) locks.push_back({{"name", name}});
  return {{"locks", std::move(locks)}};
}

Answer hold(const House& house, const Json& secret, const std::vector<std::string>& names,
            const std::string& rest = "/locks_bulk") {
  return house.client().post(House::path(secret, rest), named(names));
}

std::vector<std::string> names_in(const Json& page, const std::string& member = "locks") {
  std::vector<std::string> names;
  for (const Json& one : page.at(member)) {
    names.push_back(one.value("name", one.value("secret_name", "")));
  }
  return names;
}

TEST_CASE("a lock is on the current version, with all it was given", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  const Answer made = house.client().post(
      House::path(secret, "/locks_bulk"),
      {{"locks",
        Json::array({{{"name", "shop-1"}, {"description", "d"}, {"attributes", {{"a", 1}}}}})}});
  REQUIRE(made.status == 201);
  const Json current = house.get(House::path(secret, "/versions/current/metadata"));
  CHECK(made.json() == Json{{"secret_id", secret.at("id")},
                            {"secret_group_id", "default"},
                            {"secret_type", "arbitrary"},
                            {"secret_name", "plain"},
                            {"versions", Json::array({{{"version_id", current.at("id")},
                                                       {"version_alias", "current"},
                                                       {"locks", {"shop-1"}},
                                                       {"payload_available", true}}})}});
  CHECK(house.metadata(secret).at("locks_total") == 1);
  const Json page = house.get(House::path(secret, "/locks"));
  CHECK(page.at("limit") == 25);
  CHECK(page.at("total_count") == 1);
  const Json one = page.at("locks").at(0);
  CHECK(one.at("name") == "shop-1");
  CHECK(one.at("description") == "d");
  CHECK(one.at("attributes") == Json{{"a", 1}});
  CHECK(one.at("secret_id") == secret.at("id"));
  CHECK(one.at("secret_version_id") == current.at("id"));
  CHECK(one.at("secret_version_alias") == "current");
  CHECK(one.at("secret_group_id") == "default");
  CHECK(one.at("created_by") == secret.at("created_by"));
  CHECK(one.contains("created_at"));
  CHECK(one.contains("updated_at"));

  CHECK(house.client().post(House::path(secret, "/locks_bulk"), named({"shop-1"})).status == 201);
  CHECK_FALSE(house.get(House::path(secret, "/locks")).at("locks").at(0).contains("description"));
  CHECK(house.metadata(secret).at("locks_total") == 1);
}

TEST_CASE("a locked secret is not deleted, and that is told", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  hold(house, secret, {"shop"});
  house.events();
  CHECK(house.client().erase(House::path(secret)).status == 412);
  CHECK(house.only_event().event_type == "secret_deletion_blocked");
  const Answer freed = house.client().erase(House::path(secret, "/locks_bulk?name=shop"));
  CHECK(freed.status == 200);
  CHECK(freed.json().at("versions").at(0).at("locks").empty());
  CHECK(house.client().erase(House::path(secret)).status == 204);
}

TEST_CASE("a lock travels with its version and stops the second rotation", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  hold(house, secret, {"shop"});
  house.rotate(secret, {{"payload", "two"}});
  CHECK(house.get(House::path(secret, "/versions/current/locks")).at("total_count") == 0);
  const Json travelled = house.get(House::path(secret, "/versions/previous/locks"));
  CHECK(travelled.at("locks").at(0).at("secret_version_alias") == "previous");
  house.events();
  CHECK(house.client().post(House::path(secret, "/versions"), {{"payload", "three"}}).status ==
        412);
  CHECK(house.only_event().event_type == "secret_rotation_blocked");
  CHECK(house.get(House::path(secret, "/versions/previous")).at("payload") == "one");
  CHECK(house.client().erase(House::path(secret, "/versions/previous/locks_bulk")).status == 200);
  house.rotate(secret, {{"payload", "three"}});
}

TEST_CASE("a mode takes a lock's old copies with it", "[sm]") {
  struct Case {
    const char* mode;
    std::vector<std::string> held_before;
    std::vector<std::string> held_after;
    bool data_after;
  };
  const std::vector<Case> cases{
      {"", {"shop"}, {"shop"}, true},
      {"?mode=remove_previous", {"shop"}, {}, true},
      {"?mode=remove_previous_and_delete", {"shop"}, {}, false},
      {"?mode=remove_previous_and_delete", {"shop", "till"}, {"till"}, true},
  };
  for (const auto& one : cases) {
    INFO(one.mode);
    House house;
    const Json secret = house.create_arbitrary("plain");
    hold(house, secret, one.held_before);
    house.rotate(secret, {{"payload", "two"}});
    house.events();
    REQUIRE(hold(house, secret, {"shop"}, std::string("/locks_bulk") + one.mode).status == 201);
    CHECK(names_in(house.get(House::path(secret, "/versions/previous/locks"))) == one.held_after);
    CHECK(names_in(house.get(House::path(secret, "/versions/current/locks"))) ==
          std::vector<std::string>{"shop"});
    const Json previous = house.get(House::path(secret, "/versions/previous/metadata"));
    CHECK(previous.at("payload_available") == one.data_after);
    CHECK(house.events().size() == (one.data_after ? 0U : 1U));
  }
}

TEST_CASE("locks are listed by page, order and search", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  hold(house, secret, {"b-till", "a-shop", "c-shop"});
  const std::string locks = House::path(secret, "/locks");
  CHECK(names_in(house.get(locks)) == std::vector<std::string>{"a-shop", "b-till", "c-shop"});
  CHECK(names_in(house.get(locks + "?sort=-name")) ==
        std::vector<std::string>{"c-shop", "b-till", "a-shop"});
  CHECK(names_in(house.get(locks + "?search=shop")) ==
        std::vector<std::string>{"a-shop", "c-shop"});
  const Json page = house.get(locks + "?limit=1&offset=1");
  CHECK(names_in(page) == std::vector<std::string>{"b-till"});
  CHECK(page.at("next").at("href").get<std::string>().find(locks + "?offset=2&limit=1") !=
        std::string::npos);
  for (const char* wrong : {"?limit=101", "?limit=0", "?offset=1001", "?sort=id", "?search=x"}) {
    INFO(wrong);
    CHECK(house.client().get(locks + wrong).status == 400);
  }
}

TEST_CASE("the instance lists the secrets that hold locks", "[sm]") {
  House house;
  const Json group = house.client().post("/secret_groups", {{"name", "shop"}}).json();
  const Json first = house.create_arbitrary("first");
  const Json second = house.create({{"secret_type", "arbitrary"},
                                    {"name", "second"},
                                    {"payload", "x"},
                                    {"secret_group_id", group.at("id")}});
  house.create_arbitrary("free");
  hold(house, first, {"one"});
  hold(house, second, {"two"});
  const Json all = house.get("/secrets_locks");
  CHECK(all.at("total_count") == 2);
  CHECK(all.at("limit") == 200);
  CHECK(names_in(house.get("/secrets_locks?groups=default"), "secrets_locks") ==
        std::vector<std::string>{"first"});
  CHECK(names_in(house.get("/secrets_locks?search=two"), "secrets_locks") ==
        std::vector<std::string>{"second"});
  CHECK(house.client().erase(House::path(first, "/locks_bulk")).status == 200);
  CHECK(house.get("/secrets_locks").at("total_count") == 1);
}

TEST_CASE("a lock is refused when it breaks a rule", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  const std::string bulk = House::path(secret, "/locks_bulk");
  for (const Json& wrong :
       {Json::object(), Json{{"locks", "one"}}, Json{{"locks", {"one"}}}, named({"a"}),
        named({"1shop"}), named({"_shop"}), named({"shop-"}), named({std::string(65, 'a')}),
        Json{{"locks", Json::array({{{"name", "shop"}, {"attributes", 1}}})}},
        Json{{"locks", Json::array({{{"name", "shop"}, {"description", std::string(1025, 'x')}}})}},
        named(std::vector<std::string>(1001, "shop"))}) {
    INFO(wrong.dump().substr(0, 80));
    CHECK(house.client().post(bulk, wrong).status == 400);
  }
  CHECK(house.client().post(bulk + "?mode=all", named({"shop"})).status == 400);
  CHECK(house.metadata(secret).at("locks_total") == 0);
  house.rotate(secret, {{"payload", "two"}});
  house.rotate(secret, {{"payload", "three"}});
  const Json versions = house.get(House::path(secret, "/versions")).at("versions");
  const std::string oldest = versions.at(2).at("id");
  CHECK(hold(house, secret, {"shop"}, "/versions/" + oldest + "/locks_bulk").status == 400);
}

TEST_CASE("a secret holds at most a thousand locks", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("lock" + std::to_string(i));
  CHECK(hold(house, secret, names).status == 201);
  CHECK(house.metadata(secret).at("locks_total") == 1000);
  CHECK(hold(house, secret, {"lock7"}).status == 201);
  CHECK(hold(house, secret, {"another"}).status == 400);
}

TEST_CASE("whether a lock keeps metadata, and moves it, is switched", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  hold(house, secret, {"shop"});
  const Json patch{{"labels", {"one"}}};
  CHECK(house.client().patch(House::path(secret, "/metadata"), patch).status == 200);
  house.set("sm_locked_patch_status", 412);
  CHECK(house.client().patch(House::path(secret, "/metadata"), patch).status == 412);
  const bool bumps = GENERATE(false, true);
  house.set("locks_bump_updated_at", bumps);
  const Json before = house.metadata(secret).at("updated_at");
  house.advance(std::chrono::seconds(60));
  hold(house, secret, {"till"});
  CHECK((house.metadata(secret).at("updated_at") != before) == bumps);
}

}  // namespace
}  // namespace sm_tests

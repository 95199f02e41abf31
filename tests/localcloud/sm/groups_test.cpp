#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

constexpr char kGuid[] = "11111111-2222-3333-4444-555555555555";

TEST_CASE("a group is created, read, listed, changed and deleted", "[sm]") {
  House house;
  const Answer created =
      house.client().post("/secret_groups", {{"name", "shop"}, {"description", "of the shop"}});
  REQUIRE(created.status == 201);
  const Json group = created.json();
  const std::string path = "/secret_groups/" + group.at("id").get<std::string>();
  CHECK(group.at("name") == "shop");
  CHECK(group.at("created_at") == group.at("updated_at"));
  CHECK(group.contains("created_by"));
  CHECK(house.get(path) == group);
  CHECK(house.get("/secret_groups").at("total_count") == 2);

  const Answer patched = house.client().patch(path, {{"name", "till"}, {"description", nullptr}});
  REQUIRE(patched.status == 200);
  CHECK(patched.json().at("name") == "till");
  CHECK(patched.json().at("description") == "");
  CHECK(house.client().erase(path).status == 204);
  CHECK(house.client().get(path).status == 404);
}

TEST_CASE("a group's body is refused when it breaks a rule", "[sm]") {
  House house;
  house.client().post("/secret_groups", {{"name", "taken"}});
  struct Case {
    const char* what;
    Json body;
    int status;
  };
  const std::vector<Case> cases{
      {"no name", Json::object(), 400},
      {"too short", {{"name", "x"}}, 400},
      {"too long", {{"name", std::string(65, 'x')}}, 400},
      {"begins with a dash", {{"name", "-shop"}}, 400},
      {"ends with a dot", {{"name", "shop."}}, 400},
      {"a blank inside", {{"name", "the shop"}}, 400},
      {"not a string", {{"name", 7}}, 400},
      {"description too long", {{"name", "shop"}, {"description", std::string(1025, 'x')}}, 400},
      {"name taken", {{"name", "taken"}}, 409},
      {"the default group's name", {{"name", "default"}}, 409},
  };
  for (const auto& one : cases) {
    INFO(one.what);
    CHECK(house.client().post("/secret_groups", one.body).status == one.status);
  }
  house.set("sm_duplicate_name_status", 400);
  CHECK(house.client().post("/secret_groups", {{"name", "taken"}}).status == 400);
}

TEST_CASE("the default group is there, stays, and is known by either id", "[sm]") {
  House house;
  CHECK(house.get("/secret_groups/default").at("name") == "default");
  CHECK(house.client().erase("/secret_groups/default").status == 400);
  CHECK(house.client().patch("/secret_groups/default", {{"name", "mine"}}).status == 400);

  const Json secret = house.create_arbitrary("plain");
  CHECK(secret.at("secret_group_id") == "default");
  house.set("default_group_id", kGuid);
  CHECK(house.metadata(secret).at("secret_group_id") == kGuid);
  CHECK(house.get("/secret_groups/default").at("id") == kGuid);
  CHECK(house.get(std::string("/secret_groups/") + kGuid).at("name") == "default");
  CHECK(house.get(std::string("/secrets?groups=") + kGuid).at("total_count") == 1);
  CHECK(house.get("/secrets?groups=default").at("total_count") == 1);
}

TEST_CASE("a group that holds secrets is not deleted", "[sm]") {
  House house;
  const Json group = house.client().post("/secret_groups", {{"name", "shop"}}).json();
  const std::string path = "/secret_groups/" + group.at("id").get<std::string>();
  const Json secret = house.create({{"secret_type", "arbitrary"},
                                    {"name", "plain"},
                                    {"payload", "one"},
                                    {"secret_group_id", group.at("id")}});
  CHECK(house.client().erase(path).status == 409);
  house.set("sm_group_not_empty_status", 400);
  CHECK(house.client().erase(path).status == 400);
  CHECK(house.client().erase(House::path(secret)).status == 204);
  CHECK(house.client().erase(path).status == 204);
}

TEST_CASE("an instance has at most 200 groups of its users", "[sm]") {
  House house;
  for (int i = 0; i < 200; ++i) {
    REQUIRE(
        house.client().post("/secret_groups", {{"name", "group-" + std::to_string(i)}}).status ==
        201);
  }
  CHECK(house.client().post("/secret_groups", {{"name", "one-more"}}).status == 400);
  CHECK(house.get("/secret_groups").at("total_count") == 201);
}

}  // namespace
}  // namespace sm_tests

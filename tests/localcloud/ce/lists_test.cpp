#include <algorithm>
#include <set>

#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

std::string number(int value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

void fill(const SignedIn& at, int count) {
  for (int i = 0; i < count; ++i) {
    const bool tls = i % 5 == 0;
    const Json data = tls ? Json{{"tls_cert", "c"}, {"tls_key", "k"}} : Json{{"k", "v"}};
    at.project.post(
        "/secrets",
        {{"name", "s" + number(i)}, {"format", tls ? "tls" : "generic"}, {"data", data}});
  }
}

// Names on all pages, following next.start as the SDKs do.
std::vector<std::string> walk(const Client& client, const std::string& path) {
  std::vector<std::string> names;
  std::string start;
  for (int pages = 0; pages < 50; ++pages) {
    const Json page = client.get(path + (start.empty() ? "" : "&start=" + start)).json();
    for (const Json& item : page.at("secrets")) names.push_back(item.at("name"));
    if (!page.contains("next")) return names;
    start = page.at("next").at("start");
  }
  throw std::runtime_error("the list does not end");
}

}  // namespace

TEST_CASE("an empty list is one page with an empty array and no next") {
  const SignedIn at;
  for (const std::string collection : {"secrets", "config_maps"}) {
    const Json page = at.project.get("/" + collection).json();
    CHECK(page[collection] == Json::array());
    CHECK(page["limit"] == 100);
    CHECK(page["first"]["href"] == at.project.base_url() + "/" + collection + "?limit=100");
    CHECK_FALSE(page.contains("next"));
  }
}

TEST_CASE("pages show everything once, in any size") {
  const SignedIn at;
  fill(at, 20);
  for (const int limit : {1, 3, 19, 20, 21, 200}) {
    CAPTURE(limit);
    const auto names = walk(at.project, "/secrets?limit=" + std::to_string(limit));
    CHECK(names.size() == 20);
    CHECK(std::is_sorted(names.begin(), names.end()));
  }
}

TEST_CASE("next.href is an address of the next page") {
  const SignedIn at;
  fill(at, 5);
  const Json first = at.project.get("/secrets?limit=3").json();
  const Answer second =
      cloud_client::call("GET", first["next"]["href"], {{"Authorization", at.token}});
  CHECK(second.json()["secrets"].size() == 2);
  CHECK(second.json()["secrets"][0]["name"] == "s03");
}

TEST_CASE("pages neither skip nor repeat while others come and go") {
  const SignedIn at;
  fill(at, 6);
  const std::string start = at.project.get("/secrets?limit=3").json()["next"]["start"];
  at.project.erase("/secrets/s01");
  at.project.erase("/secrets/s02");
  at.project.post("/secrets", {{"name", "a"}, {"format", "generic"}});
  const Json page = at.project.get("/secrets?limit=3&start=" + start).json();
  CHECK(page["secrets"][0]["name"] == "s03");
  CHECK(page["secrets"].size() == 3);
}

TEST_CASE("limits are checked and capped") {
  struct Case {
    std::string limit;
    int status;
    int effective;
  };
  const Case cases[] = {
      {"1", 200, 1}, {"200", 200, 200}, {"201", 200, 200},
      {"0", 400, 0}, {"-1", 400, 0},    {"x", 400, 0},
      {"", 400, 0},  {"1.5", 400, 0},   {"99999999999999999999", 400, 0},
  };
  const SignedIn at;
  for (const Case& c : cases) {
    CAPTURE(c.limit);
    const Answer answer = at.project.get("/secrets?limit=" + c.limit);
    CHECK(answer.status == c.status);
    if (c.status == 200) CHECK(answer.json()["limit"] == c.effective);
  }
  at.set("ce_page_default", 2);
  at.set("ce_page_cap", 3);
  CHECK(at.project.get("/secrets").json()["limit"] == 2);
  CHECK(at.project.get("/secrets?limit=100").json()["limit"] == 3);
  CHECK(at.project.get("/secrets?start=not-a-token").status == 400);
}

TEST_CASE("the format filter holds over pages and in hrefs") {
  const SignedIn at;
  fill(at, 15);
  const Json page = at.project.get("/secrets?limit=2&format=tls").json();
  CHECK(page["secrets"].size() == 2);
  CHECK(page["next"]["href"].get<std::string>().find("&format=tls&start=") != std::string::npos);
  CHECK(walk(at.project, "/secrets?limit=2&format=tls") ==
        std::vector<std::string>{"s00", "s05", "s10"});
  CHECK(walk(at.project, "/secrets?format=generic").size() == 12);
  CHECK(at.project.get("/secrets?format=registry").json()["secrets"].empty());
  CHECK(at.project.get("/secrets?format=other").status == 400);
  CHECK(at.project.get("/secrets?format=nonsense").status == 400);
}

TEST_CASE("lists show data unless switched off; entity tags are there either way") {
  const SignedIn at;
  fill(at, 1);
  CHECK(at.project.get("/secrets").json()["secrets"][0]["data"]["tls_key"] == "k");
  at.set("list_secrets_with_data", false);
  const Json item = at.project.get("/secrets").json()["secrets"][0];
  CHECK_FALSE(item.contains("data"));
  CHECK(item["entity_tag"] == at.project.get("/secrets/s00").json()["entity_tag"]);
  CHECK(at.project.get("/secrets/s00").json()["data"]["tls_key"] == "k");
}

TEST_CASE("a shuffled list still shows everything once") {
  const SignedIn at;
  fill(at, 20);
  at.set("ce_list_shuffled", true);
  const auto names = walk(at.project, "/secrets?limit=7");
  CHECK_FALSE(std::is_sorted(names.begin(), names.end()));
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 20);
  CHECK(names.size() == 20);
}

TEST_CASE("config maps follow the rules of secrets, without a format") {
  const SignedIn at;
  const Answer created = at.project.post("/config_maps", {{"name", "m"}, {"data", {{"k", "v"}}}});
  REQUIRE(created.status == 201);
  CHECK(created.json()["resource_type"] == "config_map_v2");
  CHECK(created.json()["data"] == Json{{"k", "v"}});
  CHECK_FALSE(created.json().contains("format"));
  CHECK(created.header("ETag") == created.json()["entity_tag"]);
  const std::string tag = created.json()["entity_tag"];
  CHECK(at.project.put("/config_maps/m", {{"data", {{"k", "w"}}}}).status == 400);
  CHECK(at.project.put("/config_maps/m", {{"data", {{"k", "w"}}}}, {{"If-Match", "1"}}).status ==
        412);
  const Answer replaced =
      at.project.put("/config_maps/m", {{"data", {{"k", "w"}}}}, {{"If-Match", tag}});
  CHECK(replaced.status == 200);
  CHECK(replaced.json()["entity_tag"] != tag);
  CHECK(at.project.put("/config_maps/m", Json::object(), {{"If-Match", "*"}}).json()["data"] ==
        Json::object());
  CHECK(at.project.post("/config_maps", {{"name", "m"}}).status == 409);
  CHECK(at.project.post("/config_maps", {{"name", "M"}}).status == 400);
  CHECK(at.project.post("/config_maps", {{"name", "n"}, {"data", {{"a b", "v"}}}}).status == 400);
  CHECK(at.project.get("/config_maps").json()["config_maps"].size() == 1);
  CHECK(at.project.erase("/config_maps/m").status == 202);
  CHECK(at.project.get("/config_maps/m").status == 404);
}

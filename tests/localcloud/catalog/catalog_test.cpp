#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Client;
using cloud_client::Json;

TEST_CASE("a plan's id is found from the service's name in two steps") {
  const SignedIn at;
  const Client catalog(at.names.at("GLOBAL_CATALOG_URL"));
  const Json found = catalog.get("?q=secrets-manager&include=*").json();
  REQUIRE(found["resource_count"] == 1);
  const Json service = found["resources"][0];
  CHECK(service["name"] == "secrets-manager");
  CHECK(service["kind"] == "service");
  CHECK(service["children"].size() == 2);
  const std::string path = "/" + service["id"].get<std::string>();
  CHECK(catalog.get(path).json()["name"] == "secrets-manager");
  const Json plans = catalog.get(path + "/plan").json()["resources"];
  CHECK(plans[0]["name"] == "trial");
  CHECK(plans[0]["id"] == "869c191a-3c2a-4faf-98be-18d48f95ba1f");
  CHECK(plans[1]["id"] == "7713c3a8-3be8-4a9a-81bb-ee822fcaac3d");
}

TEST_CASE("the catalog's search is fuzzy, in pages, and open to everyone with a good token") {
  const SignedIn at;
  const Client catalog(at.names.at("GLOBAL_CATALOG_URL"));
  CHECK(catalog.get("?q=notifications").json()["count"] == 1);
  CHECK(catalog.get("?q=e").json()["count"] == 3);
  CHECK(catalog.get("?q=kubernetes").json()["count"] == 0);
  const Json page = catalog.get("?_limit=2").json();
  CHECK(page["resources"].size() == 2);
  CHECK(cloud_client::call("GET", page["next"]).json()["resources"].size() == 1);
  CHECK_FALSE(cloud_client::call("GET", page["next"]).json().contains("next"));
  CHECK(catalog.get("/nothing").status == 404);
  CHECK(catalog.get("/nothing/plan").status == 404);
  CHECK(catalog.get("?_limit=0").status == 400);
  CHECK(catalog.bearer("stale").get("?q=e").status == 401);
}

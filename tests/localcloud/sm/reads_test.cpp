#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

TEST_CASE("a Reader sees metadata and no payload", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  house.set("reader_only", true);
  for (const auto& path :
       {House::path(secret), House::path(secret, "/versions/current"),
        std::string("/secret_groups/default/secret_types/arbitrary/secrets/plain")}) {
    INFO(path);
    CHECK(house.client().get(path).status == 403);
  }
  CHECK(house.metadata(secret).at("downloaded") == false);
  CHECK(house.client().get(House::path(secret, "/versions/current/metadata")).status == 200);
  CHECK(house.client().get("/secrets").status == 200);
}

TEST_CASE("a secret is read by the names of its group, type and itself", "[sm]") {
  House house;
  const Json group = house.client().post("/secret_groups", {{"name", "shop"}}).json();
  const Json secret = house.create({{"secret_type", "arbitrary"},
                                    {"name", "plain.v1"},
                                    {"payload", "swordfish"},
                                    {"secret_group_id", group.at("id")}});
  const Json read = house.get("/secret_groups/shop/secret_types/arbitrary/secrets/plain.v1");
  CHECK(read.at("id") == secret.at("id"));
  CHECK(read.at("payload") == "swordfish");
  CHECK(read.at("downloaded") == true);
  for (const auto& [path, status] : std::vector<std::pair<std::string, int>>{
           {"/secret_groups/default/secret_types/arbitrary/secrets/plain.v1", 404},
           {"/secret_groups/shop/secret_types/kv/secrets/plain.v1", 404},
           {"/secret_groups/shop/secret_types/arbitrary/secrets/other", 404},
           {"/secret_groups/nobody/secret_types/arbitrary/secrets/plain.v1", 404},
           {"/secret_groups/shop/secret_types/what/secrets/plain.v1", 400}}) {
    INFO(path);
    CHECK(house.client().get(path).status == status);
  }
}

TEST_CASE("reading a payload leaves its marks, reading metadata none", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  house.advance(std::chrono::seconds(5));
  house.get("/secrets");
  house.get(House::path(secret, "/versions"));
  house.get(House::path(secret, "/versions/current/metadata"));
  CHECK(house.metadata(secret).at("downloaded") == false);
  CHECK(house.metadata(secret).at("retrieved_at") == "1970-01-01T00:00:00Z");

  const bool by_version = GENERATE(false, true);
  const bool bumps = GENERATE(false, true);
  house.set("reads_bump_updated_at", bumps);
  const Json read = house.get(House::path(secret, by_version ? "/versions/current" : ""));
  CHECK(read.at("downloaded") == true);
  const Json after = house.metadata(secret);
  CHECK(after.at("downloaded") == true);
  CHECK(after.at("retrieved_at") > secret.at("created_at"));
  CHECK((after.at("updated_at") > secret.at("updated_at")) == bumps);
  CHECK(house.get(House::path(secret, "/versions/current/metadata")).at("downloaded") == true);
}

TEST_CASE("reading a version may leave the secret's retrieved_at alone", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  house.set("version_reads_mark_secret", false);
  house.get(House::path(secret, "/versions/current"));
  CHECK(house.metadata(secret).at("retrieved_at") == "1970-01-01T00:00:00Z");
  CHECK(house.metadata(secret).at("downloaded") == true);
}

TEST_CASE("a secret whose time is over is destroyed and can only be deleted", "[sm]") {
  House house;
  const Json certificate = house.create(imported("shop", make_pair()));
  const Json plain = house.create({{"secret_type", "arbitrary"},
                                   {"name", "plain"},
                                   {"payload", "swordfish"},
                                   {"expiration_date", certificate.at("expiration_date")}});
  house.advance(std::chrono::hours(24 * 31));
  for (const Json& secret : {certificate, plain}) {
    const Json read = house.get(House::path(secret));
    CHECK(read.at("state") == 5);
    CHECK(read.at("state_description") == "destroyed");
    CHECK_FALSE(read.contains("payload"));
    CHECK_FALSE(read.contains("certificate"));
    CHECK_FALSE(read.contains("private_key"));
    CHECK(read.at("downloaded") == false);
    const Json version = house.get(House::path(secret, "/versions/current"));
    CHECK(version.at("payload_available") == false);
    CHECK(house.client().post(House::path(secret, "/versions"), {{"payload", "x"}}).status == 400);
  }
  house.set("sm_destroyed_read_status", 410);
  CHECK(house.client().get(House::path(plain)).status == 410);
  CHECK(house.client().erase(House::path(plain)).status == 204);
}

}  // namespace
}  // namespace sm_tests

#include "tests/localcloud/sm/house.h"
#include "tests/support/catch.h"

namespace sm_tests {
namespace {

TEST_CASE("a new version becomes current and the old one previous", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain", "one");
  const Json first = house.get(House::path(secret, "/versions/current"));
  CHECK(first.at("payload") == "one");
  CHECK(first.at("alias") == "current");
  CHECK(first.at("payload_available") == true);
  CHECK(first.at("secret_id") == secret.at("id"));
  CHECK(first.at("secret_name") == "plain");
  CHECK(first.at("secret_type") == "arbitrary");
  CHECK(first.at("secret_group_id") == "default");
  CHECK(first.at("auto_rotated") == false);

  house.advance(std::chrono::seconds(5));
  const Json second = house.rotate(secret, {{"payload", "two"},
                                            {"custom_metadata", {{"of", "the secret"}}},
                                            {"version_custom_metadata", {{"of", "the version"}}}});
  CHECK(second.at("payload") == "two");
  CHECK(second.at("downloaded") == false);
  CHECK(second.at("version_custom_metadata") == Json({{"of", "the version"}}));
  const Json after = house.metadata(secret);
  CHECK(after.at("versions_total") == 2);
  CHECK(after.at("downloaded") == false);
  CHECK(after.at("updated_at") > secret.at("updated_at"));
  CHECK(after.at("custom_metadata") == Json({{"of", "the secret"}}));

  const Json previous = house.get(House::path(secret, "/versions/previous"));
  CHECK(previous.at("id") == first.at("id"));
  CHECK(previous.at("payload") == "one");
  CHECK(previous.at("downloaded") == true);
  CHECK(house.get(House::path(secret, "/versions/" + second.at("id").get<std::string>()))
            .at("alias") == "current");
}

TEST_CASE("only two versions keep their payload", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain", "one");
  house.rotate(secret, {{"payload", "two"}});
  house.rotate(secret, {{"payload", "three"}});
  const Json list = house.get(House::path(secret, "/versions"));
  REQUIRE(list.at("total_count") == 3);
  const Json& versions = list.at("versions");
  CHECK(versions.at(0).at("alias") == "current");
  CHECK(versions.at(1).at("alias") == "previous");
  CHECK_FALSE(versions.at(2).contains("alias"));
  CHECK(versions.at(1).at("payload_available") == true);
  CHECK(versions.at(2).at("payload_available") == false);
  for (const Json& version : versions) CHECK_FALSE(version.contains("payload"));

  const std::string oldest = versions.at(2).at("id");
  const Json read = house.get(House::path(secret, "/versions/" + oldest));
  CHECK_FALSE(read.contains("payload"));
  CHECK(read.at("downloaded") == false);
  CHECK(house.get(House::path(secret, "/versions/previous")).at("payload") == "two");

  house.set("versions_newest_first", false);
  CHECK(house.get(House::path(secret, "/versions")).at("versions").at(0).at("id") == oldest);
}

TEST_CASE("a kv may lose the payload of its previous version", "[sm]") {
  House house;
  const bool keeps = GENERATE(true, false);
  house.set("kv_keeps_previous_payload", keeps);
  const Json secret =
      house.create({{"secret_type", "kv"}, {"name", "pairs"}, {"data", {{"a", 1}}}});
  CHECK(secret.at("data") == Json({{"a", 1}}));
  CHECK(house.rotate(secret, {{"data", {{"b", {{"c", 2}}}}}}).at("data") ==
        Json({{"b", {{"c", 2}}}}));
  const Json previous = house.get(House::path(secret, "/versions/previous"));
  CHECK(previous.at("payload_available") == keeps);
  CHECK(previous.contains("data") == keeps);
}

TEST_CASE("a version that is not there has its status", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  CHECK(house.client().get(House::path(secret, "/versions/previous")).status == 404);
  house.set("sm_missing_previous_status", 400);
  CHECK(house.client().get(House::path(secret, "/versions/previous/metadata")).status == 400);
  CHECK(house.client()
            .get(House::path(secret, "/versions/11111111-2222-3333-4444-555555555555"))
            .status == 404);
  CHECK(house.client().get("/secrets/11111111-2222-3333-4444-555555555555/versions").status == 404);
}

TEST_CASE("fifty versions are remembered, and counting stops there", "[sm]") {
  House house;
  const Json secret = house.create_arbitrary("plain");
  const std::string first = house.get(House::path(secret, "/versions/current")).at("id");
  for (int i = 2; i <= 52; ++i) house.rotate(secret, {{"payload", std::to_string(i)}});
  CHECK(house.metadata(secret).at("versions_total") == 50);
  CHECK(house.get(House::path(secret, "/versions")).at("total_count") == 50);
  CHECK(house.client().get(House::path(secret, "/versions/" + first)).status == 404);
  CHECK(house.get(House::path(secret)).at("payload") == "52");
  house.set("versions_total_saturates", false);
  CHECK(house.metadata(secret).at("versions_total") == 52);
}

TEST_CASE("a version's own metadata takes a merge patch", "[sm]") {
  House house;
  const Json secret = house.create({{"secret_type", "arbitrary"},
                                    {"name", "plain"},
                                    {"payload", "one"},
                                    {"version_custom_metadata", {{"keep", 1}, {"drop", 2}}}});
  const std::string path = House::path(secret, "/versions/current/metadata");
  const Answer patched =
      house.client().patch(path, {{"version_custom_metadata", {{"drop", nullptr}}}});
  REQUIRE(patched.status == 200);
  CHECK(patched.json().at("version_custom_metadata") == Json({{"keep", 1}}));
  CHECK_FALSE(house.metadata(secret).contains("version_custom_metadata"));
  CHECK(house.client().patch(path, {{"alias", "previous"}}).status == 400);
  CHECK(house.client().erase(House::path(secret, "/versions/current/secret_data")).status == 400);
}

TEST_CASE("a certificate's version tells its serial number and validity", "[sm]") {
  House house;
  const Json secret = house.create(imported("shop", make_pair()));
  const Json metadata = house.get(House::path(secret, "/versions/current/metadata"));
  CHECK(metadata.at("serial_number") == "0a:1b:2c");
  CHECK(metadata.at("validity") == secret.at("validity"));
  CHECK(metadata.at("expiration_date") == secret.at("expiration_date"));
  CHECK_FALSE(metadata.contains("certificate"));
}

}  // namespace
}  // namespace sm_tests

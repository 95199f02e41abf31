#include <cstdio>

#include "tests/e2e/world.h"
#include "tests/support/catch.h"

using namespace e2e;

namespace {

const char* const kApp = "certloop";  // the application that the fresh cloud's profile trusts

// What the image does: Code Engine's paths, below the instance's root.
std::string image_command() {
  return std::string(
             "env CERTLOOP_MAPPING=\"$LOCALCLOUD_ROOT$CERTLOOP_MAPPING\" "
             "CERTLOOP_COMPUTE_TOKEN_FILE=\"$LOCALCLOUD_ROOT/var/run/secrets/"
             "codeengine.cloud.ibm.com/compute-resource-token/token\" ") +
         CERTLOOP_BINARY + " run";
}

localcloud::CloudOptions with_image() {
  localcloud::CloudOptions options;
  options.images = {{"icr.io/certloop/certloop", image_command()}};
  return options;
}

Json literal(const std::string& name, const std::string& value) {
  return {{"type", "literal"}, {"name", name}, {"value", value}};
}

// Seconds into its minute of a journal's "2026-11-24T16:09:58.123Z", and a
// difference over the turn.
double second_of(const Json& entry) {
  return std::stod(entry.at("time").get<std::string>().substr(17));
}

double seconds_between(double from, double to) {
  return to < from ? to + 60 - from : to - from;
}

struct AsApp {
  World world{with_image()};
  Pki pki{};
  Certificate first = pki.issue("shop.example.com");
  std::string id = world.import_certificate("front", first);

  // As a user would: the mapping as config map, the shared secret as secret,
  // then the app.
  AsApp() {
    world.set_switch("ce_idle_ms", 300);
    world.set_switch("ce_workload_start_ms", 0);
    world.set_switch("ce_endpoints", "ingress");
    world.map("storefront", id, {{"shop", "front-tls"}, {"admin", "front-tls"}});
    world.write_mapping();
    const Client& project = world.project("shop");
    REQUIRE(project
                .post("/config_maps",
                      {{"name", "certloop"}, {"data", {{"mapping.yaml", world.mapping_text()}}}})
                .status == 201);
    REQUIRE(project
                .post("/secrets", {{"name", "certloop"},
                                   {"format", "generic"},
                                   {"data", {{"CERTLOOP_SHARED_SECRET", kSharedSecret}}}})
                .status == 201);
    REQUIRE(project.post("/apps", app()).status == 201);
    REQUIRE(World::eventually([this] { return in_place(first); }));
    instances_are(0);
  }

  Json app() const {
    const auto& addresses = world.addresses();
    return {
        {"name", kApp},
        {"image_reference", "icr.io/certloop/certloop"},
        {"scale_max_instances", 1},
        {"run_compute_resource_token_enabled", true},
        {"run_env_variables",
         {literal("CERTLOOP_MAPPING", "/etc/certloop/mapping.yaml"),
          literal("CERTLOOP_IAM_URL", addresses.at("CERTLOOP_IAM_URL")),
          literal("CERTLOOP_TRUSTED_PROFILE", addresses.at("LOCALCLOUD_PROFILE_NAME")),
          literal("CERTLOOP_REQUESTS_PER_SECOND", "1000"),
          literal("CERTLOOP_LOG_FORMAT", "json"),
          {{"type", "secret_full_reference"}, {"reference", "certloop"}}}},
        {"run_volume_mounts",
         {{{"type", "config_map"}, {"reference", "certloop"}, {"mount_path", "/etc/certloop"}}}}};
  }

  void instances_are(std::size_t count) const {
    REQUIRE(World::eventually([&] {
      const std::string path = std::string("/apps/") + kApp + "/instances";
      return world.project("shop").get(path).json().at("instances").size() == count;
    }));
  }

  bool in_place(const Certificate& certificate) const {
    for (const char* project : {"shop", "admin"}) {
      const Json data = world.data_of(project, "front-tls");
      if (data.empty() || data.at("tls_key") != certificate.private_key) return false;
    }
    return true;
  }

  std::string url() const {
    return world.project("shop").get(std::string("/apps/") + kApp).json().at("endpoint");
  }
};

// The entries of the journal since `sequence` whose path ends so, in order of
// arrival.
std::vector<Json> entries(const World& world, const Json& sequence, const std::string& method,
                          const std::string& end) {
  const std::string query = "/journal?method=" + method + "&since=" + sequence.dump();
  std::vector<Json> found;
  const Json journal = world.local().get(query).json();
  for (const Json& entry : journal.at("entries")) {
    if (entry.at("path").get<std::string>().ends_with(end)) found.push_back(entry);
  }
  return found;
}

}  // namespace

TEST_CASE("as an app: a rotation wakes certloop from zero, and both secrets follow") {
  AsApp at;
  at.world.wire_notifications(at.url());
  at.world.flush();  // the news of its creation: one more start
  REQUIRE(World::eventually(
      [&] { return at.world.local().get("/deliveries").json().at("delivered") == 1; }));
  at.instances_are(0);

  const Json since = at.world.local().get("/journal").json().at("next");
  const Certificate second = at.pki.issue("shop.example.com");
  at.world.rotate(at.id, second);
  at.world.flush();
  REQUIRE(World::eventually([&] {
    return at.in_place(second) &&
           !entries(at.world, since, "POST", "/certloop/v1/notifications").empty();
  }));

  const Json rotated = entries(at.world, since, "POST", "/versions").at(0);
  const Json event = entries(at.world, since, "POST", "/certloop/v1/notifications").at(0);
  const Json token = entries(at.world, since, "POST", "/identity/token").at(0);
  const auto reads = entries(at.world, since, "GET", "/versions/current");
  const auto writes = entries(at.world, since, "PUT", "/secrets/front-tls");
  CHECK(event.at("status") == 200);
  // The pass of a start reads it, and so does the notification, unless that comes before the pass.
  REQUIRE((reads.size() == 1 || reads.size() == 2));
  REQUIRE(writes.size() == 2);

  double at_second = second_of(rotated);
  std::string legs;
  const auto leg = [&](const char* name, const Json& entry) {
    const double took = seconds_between(at_second, second_of(entry));
    CHECK(took < 30);
    char line[80];
    std::snprintf(line, sizeof line, "%-42s %7.0f ms\n", name, took * 1000);
    legs += line;
    at_second = second_of(entry);
  };
  leg("rotation -> event at the app", event);
  leg("event -> first call (token): the cold start", token);
  leg("token -> certificate read", reads.at(0));
  leg("read -> last secret written", writes.at(1));
  char answered[80];
  std::snprintf(answered, sizeof answered, "%-42s %7d ms\n", "event -> its answer",
                event.at("took_ms").get<int>());
  legs += answered;
  SUCCEED(legs);  // seen with --success
  at.instances_are(0);
}

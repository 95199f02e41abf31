#include "tests/localcloud/ce/pair.h"
#include "tests/localcloud/ce/workloads.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Client;
using cloud_client::Json;

namespace {

const Json kShop = {{"name", "shop"}, {"resource_type", "app_v2"}};
const Json kTls = {{"tls_cert", "c"}, {"tls_key", "k"}};

Json mapping(const std::string& name, const std::string& secret = "www") {
  return {{"name", name}, {"component", kShop}, {"tls_secret", secret}};
}

struct Mapped : Works {
  Mapped() {
    app("shop");
    secret("www", "tls", kTls);
  }
  Answer map(const Json& body) const { return project.post("/domain_mappings", body); }
  Json reason(const std::string& name, const std::string& wanted) const {
    return settled(project, "/domain_mappings/" + name, [&wanted](const Json& document) {
      return document["status_details"]["reason"] == wanted;
    });
  }
};

}  // namespace

TEST_CASE("a domain mapping is deploying, then ready") {
  const Mapped at;
  const Answer created = at.map(mapping("www.example.com"));
  REQUIRE(created.status == 201);
  const Json document = created.json();
  CHECK(document["status"] == "deploying");
  CHECK(document["component"] == kShop);
  CHECK(document["tls_secret"] == "www");
  CHECK(document["user_managed"] == true);
  CHECK(document["visibility"] == "custom");
  CHECK(document["resource_type"] == "domain_mapping_v2");
  const std::string target = document["cname_target"];
  CHECK(target.starts_with("custom."));
  CHECK(target.ends_with(".eu-de.codeengine.appdomain.cloud"));
  CHECK(created.header("ETag") == document["entity_tag"]);
  CHECK(at.reason("www.example.com", "ready")["status"] == "ready");
}

TEST_CASE("domain mappings are checked") {
  struct Case {
    std::string what;
    Json body;
    int status;
  };
  Json job = mapping("a.example.com");
  job["component"]["resource_type"] = "job_v2";
  Json bare = mapping("a.example.com");
  bare.erase("tls_secret");
  const Case cases[] = {
      {"wildcard", mapping("*.example.com"), 400},
      {"no dot", mapping("example"), 400},
      {"upper case", mapping("A.example.com"), 400},
      {"long", mapping(std::string(63, 'a') + "." + std::string(190, 'b')), 400},
      {"job as component", job, 400},
      {"no secret", bare, 400},
      {"secret name", mapping("a.example.com", "WWW"), 400},
      {"unknown members", mapping("b.example.com"), 201},
      {"taken", mapping("b.example.com"), 409},
  };
  const Mapped at;
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(at.map(c.body).status == c.status);
  }
}

TEST_CASE("a mapping says what it lacks, and recovers when it comes") {
  const Mapped at;
  Json lost = mapping("app.example.com");
  lost["component"]["name"] = "none";
  at.map(lost);
  CHECK(at.reason("app.example.com", "app_ref_failed")["status"] == "failed");
  at.map(mapping("tls.example.com", "late"));
  CHECK(at.reason("tls.example.com", "failed_reconcile_ingress")["status"] == "failed");
  at.secret("late", "tls", kTls);
  CHECK(at.reason("tls.example.com", "ready")["status"] == "ready");
}

TEST_CASE("a domain is claimed once in a region") {
  const Mapped at;
  at.map(mapping("www.example.com"));
  at.reason("www.example.com", "ready");
  at.set("ce_project_start_ms", 0);
  const std::string id = at.region_a.post("/projects", {{"name", "rival"}}).json()["id"];
  const Client rival = Client(at.region_a.base_url() + "/projects/" + id).bearer(at.token);
  rival.post("/apps", {{"name", "shop"}, {"image_reference", "x"}});
  rival.post("/secrets", {{"name", "www"}, {"format", "tls"}, {"data", kTls}});
  CHECK(rival.post("/domain_mappings", mapping("www.example.com")).status == 201);
  const Json claimed = once(rival, "/domain_mappings/www.example.com", "failed");
  CHECK(claimed["status_details"]["reason"] == "domain_already_claimed");
}

TEST_CASE("a mapping is moved by a patch with the right entity tag") {
  const Mapped at;
  const std::string tag = at.map(mapping("www.example.com")).json()["entity_tag"];
  at.secret("other", "tls", kTls);
  const std::string path = "/domain_mappings/www.example.com";
  CHECK(at.change(path, {{"tls_secret", "other"}}, "1").status == 412);
  const Answer moved = at.change(path, {{"tls_secret", "other"}, {"name", {{"bogus", 1}}}}, tag);
  CHECK(moved.status == 200);
  CHECK(moved.json()["name"] == "www.example.com");
  CHECK(moved.json()["tls_secret"] == "other");
  CHECK(at.reason("www.example.com", "ready")["status"] == "ready");
}

TEST_CASE("the platform's own mappings are listed only if the switch says so") {
  const Mapped at;
  at.map(mapping("www.example.com"));
  CHECK(at.project.get("/domain_mappings").json()["domain_mappings"].size() == 1);
  at.set("ce_list_system_mappings", true);
  std::map<std::string, std::string> by_visibility;
  const Json page = at.project.get("/domain_mappings").json();
  for (const Json& one : page["domain_mappings"]) {
    if (one["user_managed"] == false) {
      CHECK(one["tls_secret"] == "");
      by_visibility[one["visibility"]] = one["name"];
    }
  }
  REQUIRE(by_visibility.size() == 3);
  CHECK(by_visibility["project"].ends_with(".svc.cluster.local"));
  CHECK(by_visibility["private"].find(".private.") != std::string::npos);
  const std::string path = "/domain_mappings/" + by_visibility["public"];
  CHECK(at.project.get(path).status == 200);
  CHECK(at.project.erase(path).status == 400);
  CHECK(at.change(path, {{"tls_secret", "www"}}).status == 400);
  at.change("/apps/shop", {{"managed_domain_mappings", "local"}});
  CHECK(at.project.get(path).status == 404);
  CHECK(at.project.get("/domain_mappings").json()["domain_mappings"].size() == 2);
}

TEST_CASE("mappings go with their app, and the secret stays") {
  const Mapped at;
  at.map(mapping("www.example.com"));
  at.project.erase("/apps/shop");
  CHECK(at.project.get("/domain_mappings/www.example.com").status == 404);
  CHECK(at.project.get("/secrets/www").status == 200);
}

TEST_CASE("a project has 80 mappings of its own") {
  const Mapped at;
  for (int i = 0; i < 80; ++i) {
    REQUIRE(at.map(mapping("a" + std::to_string(i) + ".example.com")).status == 201);
  }
  CHECK(at.map(mapping("more.example.com")).status == 403);
}

TEST_CASE("a strict cloud asks for a certificate that serves the mapping") {
  const Mapped at;
  const Pair good = make_pair(-60, 3600, "www.example.com");
  const Pair wild = make_pair(-60, 3600, "*.example.com");
  const Pair old = make_pair(-7200, -3600, "www.example.com");
  const auto data = [](const Pair& pair) {
    return Json{{"tls_cert", pair.certificate}, {"tls_key", pair.key}};
  };
  at.secret("good", "tls", data(good));
  at.secret("wild", "tls", data(wild));
  at.secret("old", "tls", data(old));
  at.secret("generic", "generic", {{"a", "b"}});
  CHECK(at.map(mapping("lenient.example.com", "www")).status == 201);
  at.set("ce_strict_domain_mappings", true);
  for (const std::string secret : {"www", "old", "generic", "none"}) {
    CAPTURE(secret);
    CHECK(at.map(mapping("www.example.com", secret)).status == 400);
  }
  CHECK(at.map(mapping("other.example.com", "good")).status == 400);
  CHECK(at.map(mapping("other.example.com", "wild")).status == 201);
  CHECK(at.map(mapping("www.example.com", "good")).status == 201);
  CHECK(at.change("/domain_mappings/www.example.com", {{"tls_secret", "old"}}).status == 400);
  const auto put = [&](const Pair& pair) {
    return at.project.put("/secrets/good", {{"format", "tls"}, {"data", data(pair)}},
                          {{"If-Match", "*"}});
  };
  CHECK(put(old).status == 400);
  CHECK(put({good.certificate, wild.key}).status == 400);
  CHECK(put(wild).status == 200);
  at.set("ce_strict_domain_mappings", false);
  CHECK(put(old).status == 200);
}

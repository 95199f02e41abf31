#include "tests/localcloud/run/stage.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

Json http_probe(const std::string& path) {
  return {{"type", "http"}, {"path", path}, {"interval", 1}};
}

}  // namespace

TEST_CASE("an instance serves when its readiness probe is answered well") {
  const Stage at;
  Json members = Stage::variable("UNREADY", "3");
  members["probe_readiness"] = http_probe("/ready");
  at.app("shop", members);
  CHECK(at.visit("shop", "/ready").status == 200);
  CHECK(at.count("shop", "unready") == 3);
}

TEST_CASE("a probe of the image's port asks the port that the instance has here") {
  const Stage at;
  Json probe = http_probe("/ready");
  probe["port"] = 9090;
  at.app("shop", {{"image_port", 9090}, {"probe_readiness", probe}});
  CHECK(at.ready_app("shop")["status"] == "ready");
}

TEST_CASE("a probe of another port asks that one") {
  const Stage at;
  at.set("ce_progress_deadline_ms", 200);
  at.app("shop", {{"probe_readiness", {{"port", 1}}}});
  CHECK(at.revision("shop-00001", "initial_scale_never_achieved")["status"] == "failed");
}

TEST_CASE("an instance that is not ready any more gets no requests until it is again") {
  const Stage at;
  at.app("shop", {{"probe_readiness", http_probe("/ready")}});
  at.ready_app("shop");
  at.visit("shop", "/unready/5");
  REQUIRE(at.count("shop", "unready", 2) >= 2);  // the first has been heard when the second comes
  CHECK(at.visit("shop", "/ready").status == 200);
  CHECK(at.count("shop", "started") == 1);
}

TEST_CASE("an instance that fails its liveness probe gets SIGTERM and is started again") {
  const Stage at;
  at.app("shop", {{"probe_liveness", http_probe("/alive")}});
  at.ready_app("shop");
  at.visit("shop", "/sick");
  CHECK(at.count("shop", "SIGTERM", 1) == 1);
  CHECK(at.count("shop", "listening", 2) == 2);
  CHECK(at.visit("shop", "/alive").status == 200);
  const Json page = at.project.get("/apps/shop/instances").json();
  CHECK(page["instances"].at(0)["status_details"]["restarts"] == 1);
}

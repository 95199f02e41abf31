#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "tests/localcloud/run/stage.h"
#include "tests/support/catch.h"

using cloud_client::Answer;
using cloud_client::Json;

namespace {

// Visitors who come again as soon as they are answered.
class Load {
 public:
  Load(const Stage& at, const std::string& app, int visitors) {
    for (int i = 0; i < visitors; ++i) {
      threads_.emplace_back([this, &at, app] {
        while (!stop_) note(at.visit(app, "/env/K_REVISION"));
      });
    }
  }
  ~Load() { stop(); }
  void stop() {
    stop_ = true;
    for (std::thread& one : threads_) {
      if (one.joinable()) one.join();
    }
  }
  // "200 shop-00001" -> how often.
  std::map<std::string, int> answers() {
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  int count(const std::string& answer) { return answers()[answer]; }

 private:
  void note(const Answer& answer) {
    const std::lock_guard lock(mutex_);
    ++answers_[std::to_string(answer.status) + ' ' + answer.body];
  }

  std::atomic<bool> stop_{false};
  std::mutex mutex_{};
  std::map<std::string, int> answers_{};
  std::vector<std::thread> threads_{};
};

}  // namespace

TEST_CASE("a new revision takes over under load without an error") {
  const Stage at;
  at.app("shop");
  at.ready_app("shop");
  Load load(at, "shop", 4);
  while (load.count("200 shop-00001") < 20) std::this_thread::yield();
  at.change("shop", Stage::variable("COLOUR", "blue"));
  const Json app = at.ready_app("shop");
  CHECK(app["status_details"]["latest_ready_revision"] == "shop-00002");
  const int old = load.count("200 shop-00001");
  const int fresh = load.count("200 shop-00002");
  while (load.count("200 shop-00002") < fresh + 20) std::this_thread::yield();
  load.stop();
  for (const auto& [answer, times] : load.answers()) {
    CAPTURE(answer, times);
    CHECK((answer == "200 shop-00001" || answer == "200 shop-00002"));
  }
  CHECK(load.count("200 shop-00001") - old <= 4);  // answered before, told later
  CHECK(at.visit("shop", "/env/K_REVISION").body == "shop-00002");
  CHECK(at.count("shop", "SIGTERM", 1) == 1);
  const Json page = at.project.get("/apps/shop/instances").json();
  REQUIRE(page["instances"].size() == 1);
  CHECK(page["instances"][0]["revision_name"] == "shop-00002");
}

TEST_CASE("the old revision serves until the new one is ready") {
  const Stage at;
  at.app("shop");
  at.ready_app("shop");
  at.change("shop", Stage::variable("START_MS", "60000"));
  REQUIRE(at.count("shop", "started", 2) == 2);
  CHECK(at.visit("shop", "/env/K_REVISION").body == "shop-00001");
  CHECK(at.count("shop", "SIGTERM") == 0);
}

TEST_CASE("an app that changes to an image nobody runs leaves the ingress") {
  const Stage at;
  at.app("shop");
  at.ready_app("shop");
  at.change("shop", {{"image_reference", "icr.io/nobody/runs"}});
  at.ready_app("shop");
  CHECK(at.count("shop", "SIGTERM", 1) == 1);
  CHECK(at.visit("shop").status == 404);
  at.change("shop", {{"image_reference", "web"}});
  at.ready_app("shop");
  CHECK(at.visit("shop", "/env/K_REVISION").body == "shop-00003");
}

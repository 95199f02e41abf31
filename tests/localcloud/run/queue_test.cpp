#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "hack/localcloud/run/apps.h"
#include "tests/support/catch.h"

using localcloud::Json;
using localcloud::Request;
using localcloud::Response;

namespace {

// A project in which something is always missing, so that nothing ever starts.
struct Incomplete : localcloud::ce::WorkloadReports {
  void revision_is(const localcloud::ce::WorkloadId&,
                   const localcloud::ce::RevisionReport& report) override {
    reasons.push_back(report.reason);
  }
  void job_run_is(const localcloud::ce::WorkloadId&, const localcloud::ce::RunReport&) override {}
  localcloud::ce::Surroundings surroundings(const localcloud::ce::WorkloadId&,
                                            const Json&) override {
    return {.missing = {"secrets/late"}};
  }
  bool room(const localcloud::ce::WorkloadId&, const Json&, int) override { return true; }

  std::vector<std::string> reasons{};
};

struct Tasks : localcloud::Scheduler {
  void after(std::chrono::milliseconds wait, std::function<void()> task) override {
    all.emplace_back(wait, std::move(task));
  }
  // Those that are due after that time, and what comes of them at once.
  void run(std::chrono::milliseconds until) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].first > until || !all[i].second) continue;
      std::exchange(all[i].second, nullptr)();
    }
  }
  std::vector<std::pair<std::chrono::milliseconds, std::function<void()>>> all{};
};

struct Ingress {
  Ingress() { world.switches.declare("ce_idle_ms", 1, ""); }

  void visit(std::size_t body = 0) {
    Request request{.method = "POST", .raw_path = "/app/p/shop/", .path = {"p", "shop"}};
    request.body.assign(body, 'x');
    apps.handle(std::move(request),
                [this](const Response& answer) { statuses.push_back(answer.status); });
  }

  boost::asio::io_context io{};
  Tasks tasks{};
  localcloud::World world{.scheduler = &tasks, .address = "http://127.0.0.1:1"};
  Incomplete reports{};
  localcloud::run::Images images{{{"web", "true"}}};
  localcloud::run::Logs logs{world};
  localcloud::run::Launcher launcher{world, io, images, reports, logs};
  localcloud::run::Ports ports{io};
  localcloud::run::Apps apps{localcloud::run::Machine{world, io, ports, launcher, reports}};
  std::vector<int> statuses{};
  const localcloud::ce::WorkloadId id{"p", "shop-00001"};
};

const Json kDocument = {{"scale_request_timeout", 300}, {"app_name", "shop"}};

}  // namespace

TEST_CASE("a thousand requests wait for an instance, one more is refused") {
  Ingress at;
  at.apps.wanted(at.id, kDocument);
  for (int i = 0; i < 1000; ++i) at.visit();
  CHECK(at.statuses.empty());
  at.visit();
  CHECK(at.statuses == std::vector{503});
}

TEST_CASE("requests that wait hold no more than 64 MiB") {
  Ingress at;
  at.apps.wanted(at.id, kDocument);
  for (int i = 0; i < 8; ++i) at.visit(8U << 20);
  CHECK(at.statuses.empty());
  at.visit(1);
  CHECK(at.statuses == std::vector{503});
}

TEST_CASE("requests that wait are answered when their time is over") {
  Ingress at;
  at.apps.wanted(at.id, kDocument);
  at.visit();
  at.visit();
  at.tasks.run(std::chrono::seconds(298));
  CHECK(at.statuses.empty());
  at.tasks.run(std::chrono::seconds(300));
  CHECK(at.statuses == std::vector{504, 504});
}

TEST_CASE("requests that wait are answered when the app goes") {
  Ingress at;
  at.apps.wanted(at.id, kDocument);
  at.visit();
  at.apps.gone(at.id);
  CHECK(at.statuses == std::vector{503});
  at.visit();
  CHECK(at.statuses == std::vector{503, 404});
}

TEST_CASE("nothing is reported within a wish, and nothing of what is gone") {
  Ingress at;
  at.apps.wanted(at.id, kDocument);
  CHECK(at.reports.reasons.empty());
  at.tasks.run({});
  CHECK(at.reports.reasons == std::vector<std::string>{"deploying_waiting_for_resources"});
  at.apps.wanted(at.id, kDocument);
  at.apps.gone(at.id);
  at.tasks.run(std::chrono::hours(1));
  CHECK(at.reports.reasons.size() == 1);
}

// What looking costs, counted by the cloud itself: the production dispatcher, worker, reconciler
// and adapters over the local cloud, with the dispatcher's time set by hand.
#include <iomanip>
#include <iostream>

#include "controller/engine/dispatcher.h"
#include "controller/engine/worker.h"
#include "tests/contract/adapters.h"
#include "tests/support/catch.h"
#include "tests/support/fakes_cloud.h"
#include "tests/support/fakes_telemetry.h"
#include "tests/support/pki.h"

namespace certloop::test {
namespace {

using namespace std::chrono_literals;
using cloud_client::Client;
using cloud_client::Json;

// Calls by kind.
struct Cost {
  int lists = 0;
  int version_checks = 0;
  int payload_reads = 0;
  int target_reads = 0;
  int writes = 0;
  bool operator==(const Cost&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Cost& cost) {
  return out << "lists " << std::setw(3) << cost.lists << "  version checks " << std::setw(4)
             << cost.version_checks << "  payload reads " << std::setw(5) << cost.payload_reads
             << "  target reads " << std::setw(5) << cost.target_reads << "  writes "
             << std::setw(5) << cost.writes;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

void count(const Json& entry, Cost& cost) {
  if (entry.at("status") == 401) return;  // the cloud's clock moves on, the token's does not
  const std::string path = entry.at("path");
  const std::string method = entry.at("method");
  if (method != "GET") {
    ++cost.writes;
  } else if (ends_with(path, "/secrets")) {
    ++cost.lists;
  } else if (ends_with(path, "/versions/current/metadata")) {
    ++cost.version_checks;
  } else if (entry.at("service") == "sm") {
    ++cost.payload_reads;
  } else {
    ++cost.target_reads;
  }
}

PacePolicy pace() {
  PacePolicy policy;
  policy.full_look = 6h;
  return policy;
}

Material pair() {
  const auto root = test_pki::Authority::self_signed({.name = "Root"});
  const auto leaf = root.issue({.dns_names = {"pay.example.com"}});
  return {leaf.certificate(), {}, leaf.private_key(), ""};
}

// A cloud with `projects` projects of `each` targets, each from a certificate of its own.
class House {
 public:
  House(int projects, int each) {
    // The cost is counted on these positions; a test that means another one sets it.
    good(adapters_.control.post(
        "/switches",
        {{"ce_page_cap", 200}, {"ce_read_lag_ms", 0}, {"reads_bump_updated_at", false}}));
    const Client secrets = adapters_.secrets();
    const Client engine = adapters_.owner(adapters_.name("LOCALCLOUD_CE_URL_A"));
    Json certificate = body_of(pair());
    certificate["secret_type"] = "imported_cert";
    for (int p = 0; p < projects; ++p) {
      const Json project =
          good(engine.post("/projects", {{"name", "project-" + std::to_string(p)}})).json();
      for (int i = 0; i < each; ++i) {
        certificate["name"] = "cert-" + std::to_string(p) + "-" + std::to_string(i);
        const Json secret = good(secrets.post("", certificate)).json();
        bindings_.push_back(binding(secret.at("id"), certificate["name"], project.at("id")));
      }
    }
    // The new projects become active by the cloud's clock.
    pass(60s);
    dispatcher_.set_bindings(bindings_, now_, wall());
  }

  // Time passes for both, and all that is due is done: what it cost.
  Cost after(Duration time) {
    pass(time);
    return run();
  }
  Cost notified(const v1::Binding& binding) {
    dispatcher_.wake({binding.id}, Trigger::notified, now_);
    return run();
  }
  Cost run() {
    const Json before = journal();
    for (bool busy = true; busy;) {
      busy = false;
      while (const auto job = dispatcher_.take_survey(now_)) {
        dispatcher_.complete_survey(*job, worker_.run(*job), now_, 0);
        busy = true;
      }
      if (const auto job = dispatcher_.take(now_)) {
        dispatcher_.complete(*job, worker_.run(*job), now_, wall(), 0);
        busy = true;
      }
    }
    const Json after = journal(before.at("next"));
    Cost cost;
    for (const Json& entry : after.at("entries")) {
      if (entry.at("service") == "sm" || entry.at("service") == "ce") count(entry, cost);
    }
    return cost;
  }

  const v1::Binding& binding(std::size_t i) const { return bindings_.at(i); }
  void rotate(const v1::Binding& binding, const Material& material) {
    good(adapters_.secrets().post("/" + binding.source.id + "/versions", body_of(material)));
  }
  void edit_label(const v1::Binding& binding) {
    good(adapters_.secrets().patch("/" + binding.source.id + "/metadata", {{"labels", {"edited"}}},
                                   {{"Content-Type", "application/merge-patch+json"}}));
  }
  void edit_by_hand(const v1::Binding& binding) {
    const v1::Target& target = binding.targets[0];
    const Client project =
        adapters_.owner(target.project->endpoint.url + "/projects/" + target.project->id);
    const Material other = pair();
    good(project.put("/secrets/" + target.secret,
                     {{"format", "tls"},
                      {"data", {{"tls_cert", other.certificate}, {"tls_key", other.private_key}}}},
                     {{"If-Match", "*"}}));
  }
  void set_switch(const std::string& switch_name, const Json& value) {
    good(adapters_.control.post("/switches", {{switch_name, value}}));
  }
  bool holds(const v1::Binding& binding, const Material& material) {
    const v1::Target& target = binding.targets[0];
    const auto snapshot = adapters_.target.fetch(target, adapters_.clock.steady_now() + 10s);
    return snapshot && *snapshot &&
           (*snapshot)->data->at("tls_cert").reveal() == material.certificate;
  }
  void pass(Duration time) {
    now_ += time;
    good(adapters_.control.post("/clock", {{"advance_seconds", time / 1s}}));
  }

 private:
  static Json body_of(const Material& material) {
    return {{"certificate", material.certificate}, {"private_key", material.private_key}};
  }
  Json journal(std::int64_t since = 0) const {
    return good(adapters_.control.get("/journal?since=" + std::to_string(since))).json();
  }
  WallTime wall() const { return adapters_.clock.wall_now(); }
  v1::Binding binding(const std::string& id, const std::string& secret,
                      const std::string& project) {
    v1::Binding one;
    one.id = "house/" + secret;
    one.source.manager = adapters_.manager();
    one.source.id = id;
    v1::Target target;
    target.project = v1::Service{project, {adapters_.name("LOCALCLOUD_CE_URL_A"), {}}, project};
    target.secret = secret;
    target.data = v1::Parts{{"tls_cert", v1::Part::fullchain}, {"tls_key", v1::Part::private_key}};
    one.targets = {target};
    return one;
  }
  Adapters adapters_;
  Reconciler reconciler_{adapters_.source, adapters_.target, adapters_.clock};
  RecordingTelemetry telemetry_;
  Worker worker_{reconciler_, telemetry_, adapters_.clock, 60s, &adapters_.lists};
  Dispatcher dispatcher_{pace()};
  SteadyTime now_{1h};
  std::vector<v1::Binding> bindings_;
};

// One row of the table that the test prints.
void check(const char* what, const Cost& got, const Cost& wanted) {
  std::cout << "  " << std::left << std::setw(44) << what << std::right << got << '\n';
  CAPTURE(what);
  CHECK(got == wanted);
}

}  // namespace

TEST_CASE("quiet costs list pages only: 1,000 mappings in 10 projects") {
  House house(10, 100);
  std::cout << "cost of 1,000 mappings in 10 projects, calls by kind\n";
  check("first pass", house.run(), {11, 0, 1000, 1000, 1000});
  check("idle resync", house.after(10min), {11, 0, 0, 0, 0});
  check("idle resync", house.after(10min), {11, 0, 0, 0, 0});

  const Material second = pair();
  house.rotate(house.binding(7), second);
  check("one rotation, notified", house.notified(house.binding(7)), {0, 0, 1, 1, 1});
  CHECK(house.holds(house.binding(7), second));
  check("the resync after it asks for one version", house.after(10min), {11, 1, 0, 0, 0});
  check("idle resync", house.after(10min), {11, 0, 0, 0, 0});
}

TEST_CASE("quiet: every change shows in the lists, and none makes a loop") {
  House house(2, 3);
  SECTION("as the service is known") {}
  SECTION("own reads bump updated_at") {
    house.set_switch("reads_bump_updated_at", true);
  }
  SECTION("lists in another order") {
    house.set_switch("ce_list_shuffled", true);
  }
  SECTION("lists without data") {
    house.set_switch("list_secrets_with_data", false);
  }
  CHECK(house.run() == Cost{3, 0, 6, 6, 6});
  house.after(10min);  // a bumped line is asked about once
  CHECK(house.after(10min) == Cost{3, 0, 0, 0, 0});
  const v1::Binding& one = house.binding(0);

  SECTION("a rotation whose notification was lost") {
    const Material second = pair();
    house.rotate(one, second);
    CHECK(house.after(10min) == Cost{3, 1, 1, 1, 1});
    CHECK(house.holds(one, second));
  }
  SECTION("a rotation beyond 50 versions that keeps serial and dates") {
    const Material same = pair();
    house.rotate(one, same);
    for (int i = 0; i < 60; ++i) house.rotate(one, same);
    CHECK(house.after(10min).writes == 1);
    house.after(10min);
    CHECK(house.after(10min) == Cost{3, 0, 0, 0, 0});
    house.rotate(one, same);
    CHECK(house.after(10min) == Cost{3, 1, 1, 1, 0});
  }
  SECTION("a label was edited") {
    house.edit_label(one);
    CHECK(house.after(10min) == Cost{3, 1, 0, 0, 0});
  }
  SECTION("a target was edited by hand") {
    house.edit_by_hand(one);
    CHECK(house.after(10min) == Cost{3, 0, 1, 1, 1});
  }
  house.after(10min);
  CHECK(house.after(10min) == Cost{3, 0, 0, 0, 0});
}

}  // namespace certloop::test

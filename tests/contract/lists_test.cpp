// Long lists over the real transport and cloud: what a page that is too large, or that makes no
// sense, costs.
#include "tests/contract/adapters.h"
#include "tests/support/catch.h"
#include "tests/support/pki.h"

namespace certloop::test {
namespace {

using cloud_client::Client;
using cloud_client::Json;

constexpr int kEntries = 12;

// Certificates and targets whose entries in a list are of more than a kilobyte each.
struct LongLists {
  explicit LongLists(std::size_t cap) : adapters(options(cap)) {
    const auto root = test_pki::Authority::self_signed({.name = "Root"});
    const auto leaf = root.issue({.dns_names = {"pay.example.com"}});
    const Client secrets = adapters.secrets();
    const Client project = adapters.owner(project_url());
    for (int i = 0; i < kEntries; ++i) {
      const std::string name = "entry-" + std::to_string(i);
      good(secrets.post("", {{"secret_type", "imported_cert"},
                             {"name", name},
                             {"description", std::string(1000, 'd')},
                             {"certificate", leaf.certificate()}}));
      good(project.post(
          "/secrets",
          {{"name", name}, {"format", "generic"}, {"data", {{"text", std::string(1000, 't')}}}}));
    }
    good(adapters.control.erase("/journal"));
  }

  static net::TransportOptions options(std::size_t cap) {
    net::TransportOptions options;
    options.max_body_bytes = cap;
    return options;
  }
  std::string project_url() const {
    return adapters.name("LOCALCLOUD_CE_URL_A") + "/projects/" + project_id();
  }
  std::string project_id() const { return adapters.name("LOCALCLOUD_PROJECT_A"); }
  SteadyTime deadline() const { return adapters.clock.steady_now() + std::chrono::seconds(10); }

  Result<SourceLines> sources() {
    return adapters.lists.sources(adapters.manager().endpoint, deadline());
  }
  Result<TargetLines> targets() {
    const v1::Endpoint engine{adapters.name("LOCALCLOUD_CE_URL_A"), {}};
    return adapters.lists.targets(engine, project_id(), deadline());
  }
  std::size_t asked(const std::string& service) const {
    return good(adapters.control.get("/journal?service=" + service)).json().at("entries").size();
  }

  Adapters adapters;
};

}  // namespace

TEST_CASE("a list above the transport's cap is read whole, in smaller pages") {
  LongLists cloud(6000);
  const auto sources = cloud.sources();
  REQUIRE(sources);
  CHECK(sources->size() == kEntries);
  CHECK(cloud.asked("sm") > 1);
  const auto targets = cloud.targets();
  REQUIRE(targets);
  CHECK(targets->size() == kEntries);
  CHECK(cloud.asked("ce") > 1);
}

TEST_CASE("an entry above the transport's cap fails its list as too large") {
  LongLists cloud(1500);
  CHECK(cloud.targets().error().code == ErrorCode::too_large);
  CHECK(cloud.asked("ce") == 4);  // pages of 100, 20, 4, 1
}

TEST_CASE("a list that makes no sense is asked for once") {
  LongLists cloud(4U << 20);
  good(cloud.adapters.control.post("/faults",
                                   {{"wrong_json", true}, {"count", -1}, {"method", "GET"}}));
  CHECK(cloud.sources().error().code == ErrorCode::corrupt);
  CHECK(cloud.asked("sm") == 1);
  CHECK(cloud.targets().error().code == ErrorCode::corrupt);
  CHECK(cloud.asked("ce") == 1);
}

}  // namespace certloop::test

#include "controller/ibm/cloud_lists.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/fakes_transport.h"

namespace certloop::ibm {
namespace {

using nlohmann::json;
using test::FakeTransport;

constexpr SteadyTime kDeadline{std::chrono::hours(2)};
const v1::Endpoint kManager{"https://secrets.example", {}};
const v1::Endpoint kEngine{"https://code.example/v2", {}};

json line(const std::string& id, int versions = 1) {
  return {{"id", id},
          {"secret_type", "imported_cert"},
          {"name", id},
          {"versions_total", versions},
          {"state", 1},
          {"updated_at", "2026-02-02T03:04:05Z"},
          {"downloaded", false},
          {"retrieved_at", "1970-01-01T00:00:00Z"}};
}

std::string page(const std::vector<json>& lines, bool more = false) {
  json body{{"secrets", lines}, {"total_count", 9}, {"limit", 1000}, {"offset", 0}};
  if (more) body["next"] = {{"href", "https://elsewhere.example/api/v2/secrets?offset=77"}};
  return body.dump();
}

std::string targets_page(const json& lines, const json& next = nullptr) {
  json body{{"secrets", lines}, {"limit", 100}};
  if (!next.is_null()) body["next"] = next;
  return body.dump();
}

struct Bench {
  FakeTransport transport{};
  IbmLists lists{transport};
  Result<SourceLines> sources() { return lists.sources(kManager, kDeadline); }
  Result<TargetLines> targets() { return lists.targets(kEngine, "p1", kDeadline); }
};

}  // namespace

TEST_CASE("a list of certificates is one GET of its types, sorted by id") {
  Bench bench;
  bench.transport.then(200, page({line("a"), line("b")}));
  const auto lines = bench.sources();
  REQUIRE(lines);
  REQUIRE(lines->size() == 2);
  CHECK(lines->at(0).id == "a");
  CHECK(lines->at(0).type == "imported_cert");
  CHECK(lines->at(0).name == "a");
  const auto sent = bench.transport.last();
  CHECK(sent.endpoint == kManager);
  CHECK(sent.path ==
        "/api/v2/secrets?secret_types=imported_cert,public_cert,private_cert&sort=id&limit=1000"
        "&offset=0");
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Accept", "application/json"}});
  CHECK(sent.deadline == kDeadline);
}

TEST_CASE("further pages are asked for by number, and a line that shifted counts once") {
  Bench bench;
  bench.transport.then(200, page({line("a"), line("b")}, true));
  bench.transport.then(200, page({line("b"), line("c")}));
  const auto lines = bench.sources();
  REQUIRE(lines);
  CHECK(lines->size() == 3);
  const auto sent = bench.transport.last();
  CHECK(sent.endpoint == kManager);  // never the address in the link
  CHECK(sent.path.find("&offset=2") != std::string::npos);
}

TEST_CASE("a mark moves with a version, an edit or a state, not with a reading") {
  const auto mark = [](const json& one) {
    Bench bench;
    bench.transport.then(200, page({one}));
    return bench.sources().value().at(0).mark;
  };
  const std::uint64_t before = mark(line("a"));
  auto changed = line("a");
  SECTION("reading") {
    changed["downloaded"] = true;
    changed["retrieved_at"] = "2026-05-05T00:00:00Z";
    CHECK(mark(changed) == before);
  }
  SECTION("version") {
    changed["versions_total"] = 2;
    CHECK(mark(changed) != before);
  }
  SECTION("edit") {
    changed["updated_at"] = "2026-02-02T03:04:06Z";
    CHECK(mark(changed) != before);
  }
  SECTION("state") {
    changed["state"] = 5;
    CHECK(mark(changed) != before);
  }
  SECTION("another secret of the name") {
    changed["id"] = "b";
    CHECK(mark(changed) != before);
  }
  SECTION("another leaf") {
    changed["serial_number"] = "01";
    CHECK(mark(changed) != before);
  }
}

TEST_CASE("a page that is too large is asked for in smaller pieces, down to one") {
  Bench bench;
  for (int i = 0; i < 4; ++i) bench.transport.then(ErrorCode::too_large);
  bench.transport.then(200, page({line("a")}, true));
  bench.transport.then(200, page({line("b")}));
  const auto lines = bench.sources();
  REQUIRE(lines);
  CHECK(lines->size() == 2);
  std::vector<std::string> pages;
  for (const auto& sent : bench.transport.sent()) {
    pages.push_back(sent.path.substr(sent.path.find("limit=")));
  }
  CHECK(pages == std::vector<std::string>{"limit=1000&offset=0", "limit=200&offset=0",
                                          "limit=40&offset=0", "limit=8&offset=0",
                                          "limit=1&offset=0", "limit=1&offset=1"});
}

TEST_CASE("a page that is too large however small it is fails the list") {
  Bench sources;
  for (int i = 0; i < 9; ++i) sources.transport.then(ErrorCode::too_large);
  CHECK(sources.sources().error().code == ErrorCode::too_large);
  CHECK(sources.transport.sent().size() == 5);  // 1000, 200, 40, 8, 1
  Bench targets;
  for (int i = 0; i < 9; ++i) targets.transport.then(ErrorCode::too_large);
  CHECK(targets.targets().error().code == ErrorCode::too_large);
  CHECK(targets.transport.sent().size() == 4);  // 100, 20, 4, 1
}

TEST_CASE("no other failure of a page is worth a smaller one") {
  for (const auto code : {ErrorCode::denied, ErrorCode::unavailable, ErrorCode::corrupt}) {
    CAPTURE(to_string(code));
    Bench bench;
    bench.transport.then(code);
    CHECK(bench.sources().error().code == code);
    CHECK(bench.transport.sent().size() == 1);
    bench.transport.then(code);
    CHECK(bench.targets().error().code == code);
    CHECK(bench.transport.sent().size() == 2);
  }
  Bench nonsense;
  nonsense.transport.then(200, "<html>");
  CHECK(nonsense.targets().error().code == ErrorCode::corrupt);
  CHECK(nonsense.transport.sent().size() == 1);
}

TEST_CASE("a project's list is read page by page, by the token alone") {
  Bench bench;
  bench.transport.then(200,
                       targets_page({{{"name", "x"}, {"entity_tag", "1"}}},
                                    {{"start", "T/2"}, {"href", "https://elsewhere.example"}}));
  bench.transport.then(200, targets_page({{{"name", "y"}, {"entity_tag", "2"}, {"data", {}}}}));
  const auto lines = bench.targets();
  REQUIRE(lines);
  CHECK(*lines == TargetLines{{"x", "1"}, {"y", "2"}});
  CHECK(bench.transport.sent().at(0).path == "/projects/p1/secrets?version=2026-02-20&limit=100");
  CHECK(bench.transport.last().path ==
        "/projects/p1/secrets?version=2026-02-20&limit=100&start=T%2F2");
  CHECK(bench.transport.last().endpoint == kEngine);
}

TEST_CASE("an empty start token ends the list") {
  Bench bench;
  bench.transport.then(200, targets_page({{{"name", "x"}, {"entity_tag", "1"}}}, {{"start", ""}}));
  CHECK(bench.targets().value().size() == 1);
  CHECK(bench.transport.sent().size() == 1);
}

TEST_CASE("a list that does not end is not believed") {
  Bench bench;
  for (int i = 0; i < 300; ++i) {
    bench.transport.then(200, page({line(std::to_string(i))}, true));
  }
  const auto lines = bench.sources();
  REQUIRE_FALSE(lines);
  CHECK(lines.error().code == ErrorCode::corrupt);
  CHECK(bench.transport.sent().size() <= 200);
}

TEST_CASE("answers that are no lists, and refusals, are errors with their code") {
  Bench bench;
  ErrorCode expected = ErrorCode::corrupt;
  SECTION("no JSON") {
    bench.transport.then(200, "<html>");
  }
  SECTION("no collection") {
    bench.transport.then(200, "{}");
  }
  SECTION("lines of another kind") {
    bench.transport.then(200, R"({"secrets":7})");
  }
  SECTION("denied") {
    bench.transport.then(403, R"({"errors":[{"code":"forbidden"}]})");
    expected = ErrorCode::denied;
  }
  SECTION("later") {
    bench.transport.then(503, "");
    expected = ErrorCode::unavailable;
  }
  SECTION("no answer") {
    bench.transport.then(ErrorCode::unavailable);
    expected = ErrorCode::unavailable;
  }
  const auto lines = bench.sources();
  REQUIRE_FALSE(lines);
  CHECK(lines.error().code == expected);
}

TEST_CASE("the current version's id comes from metadata") {
  Bench bench;
  bench.transport.then(200, R"({"id":"v7","secret_id":"s"})");
  CHECK(bench.lists.current_version(kManager, "s/1", kDeadline).value() == "v7");
  CHECK(bench.transport.last().path == "/api/v2/secrets/s%2F1/versions/current/metadata");
}

TEST_CASE("a version without an id is not understood, a missing one is not found") {
  Bench bench;
  bench.transport.then(200, "{}");
  CHECK(bench.lists.current_version(kManager, "s", kDeadline).error().code == ErrorCode::corrupt);
  bench.transport.then(404, R"({"errors":[{"code":"not_found"}]})");
  CHECK(bench.lists.current_version(kManager, "s", kDeadline).error().code == ErrorCode::not_found);
}

}  // namespace certloop::ibm

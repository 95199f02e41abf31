#include "controller/engine/survey.h"

#include "tests/support/catch.h"

namespace certloop {
namespace {

using Ids = std::vector<std::string>;

const Place kManager{{"https://sm.test", {}}, {}};
const Place kShop{{"https://ce.test/v2", {}}, "shop-id"};
const Place kAdmin{{"https://ce.test/v2", {}}, "admin-id"};

v1::Binding binding(const std::string& id, const std::string& secret_id) {
  v1::Binding b;
  b.id = id;
  b.source.manager = v1::Service{"main", kManager.endpoint, ""};
  b.source.id = secret_id;
  for (const Place& place : {kShop, kAdmin}) {
    v1::Target target;
    target.project = v1::Service{place.project_id, place.endpoint, place.project_id};
    target.secret = id + "-tls";
    b.targets.push_back(target);
  }
  return b;
}

SourceLine line(const std::string& id, std::uint64_t mark) {
  return {id, "imported_cert", "name-of-" + id, mark};
}

// One binding, listed once, looked at and found in sync.
struct Quiet {
  Survey survey{};
  Quiet() {
    survey.replace(std::make_shared<const v1::Binding>(binding("a", "s1")));
    survey.listed(kManager, SourceLines{line("s1", 1)});
    survey.begin("a");
    survey.end("a", Settled{"v1", {"1", "1"}});
  }
};

TEST_CASE("survey: equal lists give no reason to look, however often") {
  Quiet q;
  for (int i = 0; i < 3; ++i) {
    CHECK(q.survey.listed(kManager, SourceLines{line("s1", 1)}).empty());
    CHECK(q.survey.listed(kShop, TargetLines{{"a-tls", "1"}, {"other", "9"}}).empty());
    CHECK(q.survey.listed(kAdmin, TargetLines{{"a-tls", "1"}}).empty());
  }
  CHECK(q.survey.watches("a"));
}

TEST_CASE("survey: another entity tag, none, or no line is a reason for a whole look") {
  Quiet q;
  TargetLines lines;
  SECTION("changed") {
    lines = {{"a-tls", "2"}};
  }
  SECTION("not told") {
    lines = {{"a-tls", ""}};
  }
  SECTION("gone") {
    lines = {{"other", "1"}};
  }
  CHECK(q.survey.listed(kShop, lines) == Ids{"a"});
  CHECK_FALSE(q.survey.suspicion("a"));
  CHECK_FALSE(q.survey.watches("a"));
}

TEST_CASE("survey: a moved line of the source is asked about, with the version that is known") {
  Quiet q;
  CHECK(q.survey.listed(kManager, SourceLines{line("s1", 2)}) == Ids{"a"});
  const auto suspicion = q.survey.suspicion("a");
  REQUIRE(suspicion);
  CHECK(suspicion->secret_id == "s1");
  CHECK(suspicion->known_version == "v1");
}

TEST_CASE("survey: once confirmed, the moved line is the known one; own reads make no loop") {
  Quiet q;
  q.survey.listed(kManager, SourceLines{line("s1", 2)});
  q.survey.begin("a");
  q.survey.confirmed("a");
  CHECK(q.survey.listed(kManager, SourceLines{line("s1", 2)}).empty());
  CHECK(q.survey.watches("a"));
}

TEST_CASE("survey: a line that moved while a look was under way is asked about again") {
  Quiet q;
  q.survey.begin("a");
  q.survey.listed(kManager, SourceLines{line("s1", 2)});
  q.survey.end("a", Settled{"v1", {"1", "1"}});
  CHECK(q.survey.listed(kManager, SourceLines{line("s1", 2)}) == Ids{"a"});
}

TEST_CASE("survey: a source that a list leaves out is asked about, and its line is kept") {
  Quiet q;
  CHECK(q.survey.listed(kManager, SourceLines{}) == Ids{"a"});
  q.survey.begin("a");
  q.survey.confirmed("a");
  CHECK(q.survey.listed(kManager, SourceLines{line("s1", 1)}).empty());
}

TEST_CASE("survey: what was never listed before its look is asked about once") {
  Survey survey;
  survey.replace(std::make_shared<const v1::Binding>(binding("a", "s1")));
  survey.begin("a");
  survey.end("a", Settled{"v1", {"1", "1"}});
  CHECK(survey.listed(kManager, SourceLines{line("s1", 1)}) == Ids{"a"});
  survey.begin("a");
  survey.confirmed("a");
  CHECK(survey.listed(kManager, SourceLines{line("s1", 1)}).empty());
}

TEST_CASE("survey: a source by name is found by type and name, and has no version to ask for") {
  Survey survey;
  auto named = binding("a", "");
  named.source.type = v1::SecretType::imported_cert;
  named.source.name = "name-of-s1";
  survey.replace(std::make_shared<const v1::Binding>(named));
  survey.listed(kManager, SourceLines{line("s1", 1)});
  survey.begin("a");
  survey.end("a", Settled{"", {"1", "1"}});
  CHECK(survey.listed(kManager, SourceLines{line("s1", 1)}).empty());
  CHECK(survey.listed(kManager, SourceLines{line("s1", 2)}) == Ids{"a"});
  REQUIRE(survey.suspicion("a"));
  CHECK(survey.suspicion("a")->secret_id == "s1");
  CHECK(survey.suspicion("a")->known_version.empty());
}

TEST_CASE("survey: a binding with something left to do is not watched, it keeps its own turns") {
  Quiet q;
  q.survey.begin("a");
  q.survey.end("a", std::nullopt);
  CHECK_FALSE(q.survey.watches("a"));
  CHECK(q.survey.listed(kManager, SourceLines{line("s1", 2)}).empty());
}

TEST_CASE("survey: lists that cannot be had are news once, then nobody is watched until they can") {
  Quiet q;
  CHECK(q.survey.failed(kShop) == Ids{"a"});
  CHECK(q.survey.failed(kShop).empty());
  q.survey.begin("a");
  q.survey.end("a", Settled{"v1", {"1", "1"}});
  CHECK_FALSE(q.survey.watches("a"));
  q.survey.listed(kShop, TargetLines{{"a-tls", "1"}});
  CHECK(q.survey.watches("a"));
}

TEST_CASE("survey: each place once, with the shortest resync of those that use it") {
  Survey survey;
  auto a = binding("a", "s1");
  auto b = binding("b", "s2");
  a.resync = std::chrono::seconds(600);
  b.resync = std::chrono::seconds(60);
  b.targets.pop_back();
  survey.replace(std::make_shared<const v1::Binding>(a));
  survey.replace(std::make_shared<const v1::Binding>(b));
  using std::chrono::seconds;
  CHECK(survey.places() == std::map<Place, seconds>{{kManager, seconds(60)},
                                                    {kShop, seconds(60)},
                                                    {kAdmin, seconds(600)}});
  survey.forget("b");
  CHECK(survey.places().at(kShop) == seconds(600));
  survey.forget("a");
  CHECK(survey.places().empty());
}

}  // namespace
}  // namespace certloop

#include "controller/reconcile/reconciler.h"

#include "controller/core/text.h"
#include "tests/support/catch.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

using namespace std::chrono_literals;
using test::binding_of;
using test::Call;
using test::generic_target;
using test::source_by_id;
using test::tls_target;
using test::World;

Reason reason_of(const TargetOutcome& outcome) {
  REQUIRE(outcome.plan);
  return outcome.plan->reason;
}

}  // namespace

TEST_CASE("a missing target is created with leaf, intermediates and key, and without the root") {
  World world;
  const auto leaf = world.rotate();
  const auto outcome = world.look_at(tls_target());
  CHECK(reason_of(outcome) == Reason::target_missing);
  CHECK(outcome.wrote);
  const auto stored = world.cloud.stored(tls_target());
  REQUIRE(stored);
  CHECK(stored->format == "tls");
  CHECK(stored->data == world.tls_data(leaf));
}

TEST_CASE("a rotated certificate replaces the old one, on the tag that was read") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  const std::string tag = world.cloud.stored(tls_target())->entity_tag;
  const auto leaf = world.rotate();
  CHECK(reason_of(world.look_at(tls_target())) == Reason::content_differs);
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
  REQUIRE(world.cloud.writes().size() == 2);
  CHECK(world.cloud.writes()[1].if_match == tag);
}

TEST_CASE("looks at what is in sync write nothing") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  for (int i = 0; i < 20; ++i) {
    const auto outcome = world.look_at(tls_target());
    REQUIRE(reason_of(outcome) == Reason::in_sync);
    REQUIRE_FALSE(outcome.wrote);
  }
  CHECK(world.cloud.writes().size() == 1);
}

TEST_CASE("PEM texts that decode to the same are no difference") {
  World world;
  const auto leaf = world.issue();
  world.cloud.put(source_by_id(), world.material(leaf));
  const auto data = world.tls_data(leaf);
  struct Case {
    const char* fact;
    std::string certificate;
    std::string key;
  };
  const std::string cert = data.at("tls_cert");
  const std::string key = data.at("tls_key");
  const std::vector<Case> cases = {
      {"line ends", test::with_crlf(cert), test::with_crlf(key)},
      {"another key container", cert, leaf.private_key(test_pki::KeyForm::traditional)},
      {"a missing final newline", cert.substr(0, cert.size() - 1), key.substr(0, key.size() - 1)},
      {"blank lines between the blocks", leaf.certificate() + "\n\n" + world.inter.certificate(),
       key + "\n\n"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      world.cloud.put(tls_target(), "tls", {{"tls_cert", c.certificate}, {"tls_key", c.key}});
      CHECK(reason_of(world.look_at(tls_target())) == Reason::in_sync);
      CHECK(world.cloud.writes().empty());
    }
  }
}

TEST_CASE("the same certificate from a source in another form is no difference") {
  World world;
  const auto leaf = world.issue();
  world.cloud.put(source_by_id(), world.material(leaf));
  world.look_at(tls_target());
  // Bundled, repeated, in disorder, with Windows line ends and the other key container.
  world.cloud.put(source_by_id(),
                  {test::with_crlf(leaf.certificate() + world.inter.certificate()),
                   {world.root.certificate(), world.inter.certificate(), world.inter.certificate()},
                   leaf.private_key(test_pki::KeyForm::traditional),
                   ""});
  CHECK(reason_of(world.look_at(tls_target())) == Reason::in_sync);
  CHECK(world.cloud.writes().size() == 1);
}

TEST_CASE("drift is undone, whatever it is") {
  World world;
  const auto leaf = world.rotate();
  const auto good = world.tls_data(leaf);
  const auto other = world.tls_data(world.issue());
  struct Case {
    const char* fact;
    test::Texts data;
  };
  const std::vector<Case> cases = {
      {"another pair", other},
      {"another key", {{"tls_cert", good.at("tls_cert")}, {"tls_key", other.at("tls_key")}}},
      {"the leaf alone", {{"tls_cert", leaf.certificate()}, {"tls_key", good.at("tls_key")}}},
      {"the chain in another order",
       {{"tls_cert", world.inter.certificate() + leaf.certificate()},
        {"tls_key", good.at("tls_key")}}},
      {"text that is no PEM", {{"tls_cert", "garbage"}, {"tls_key", "garbage"}}},
      {"text around the PEM",
       {{"tls_cert", "x" + good.at("tls_cert")}, {"tls_key", good.at("tls_key")}}},
      {"empty values", {{"tls_cert", ""}, {"tls_key", ""}}},
      {"a missing key", {{"tls_cert", good.at("tls_cert")}}},
      {"nothing", {}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      world.cloud.put(tls_target(), "tls", c.data);
      CHECK(reason_of(world.look_at(tls_target())) == Reason::content_differs);
      CHECK(world.cloud.stored(tls_target())->data == good);
      CHECK(reason_of(world.look_at(tls_target())) == Reason::in_sync);
    }
  }
}

TEST_CASE("keys that the mapping does not name are carried over") {
  World world;
  const auto leaf = world.rotate();
  const auto target = generic_target({{"cert.pem", v1::Part::fullchain}});
  world.cloud.put(target, "generic", {{"cert.pem", "old"}, {"password", "theirs"}, {"empty", ""}});
  CHECK(world.look_at(target).wrote);
  const auto expected = test::Texts{{"cert.pem", leaf.certificate() + world.inter.certificate()},
                                    {"password", "theirs"},
                                    {"empty", ""}};
  CHECK(world.cloud.stored(target)->data == expected);

  world.cloud.put(target, "generic", {{"cert.pem", expected.at("cert.pem")}, {"password", "new"}});
  CHECK(reason_of(world.look_at(target)) == Reason::in_sync);
}

TEST_CASE("each part of a certificate can be asked for") {
  World world;
  const auto leaf = world.rotate();
  const auto target = generic_target({{"leaf", v1::Part::certificate},
                                      {"ca", v1::Part::chain},
                                      {"full", v1::Part::fullchain},
                                      {"key", v1::Part::private_key}});
  world.look_at(target);
  CHECK(world.cloud.stored(target)->data ==
        test::Texts{{"leaf", leaf.certificate()},
                    {"ca", world.inter.certificate()},
                    {"full", leaf.certificate() + world.inter.certificate()},
                    {"key", leaf.private_key()}});
}

TEST_CASE("a part that the source does not have gives no key, and takes an old one away") {
  World world;
  const auto target = generic_target({{"leaf", v1::Part::certificate}, {"ca", v1::Part::chain}});
  const auto leaf = world.root.issue({.dns_names = {"a.example"}});
  world.cloud.put(source_by_id(), {leaf.certificate(), {}, leaf.private_key(), ""});
  world.cloud.put(target, "generic", {{"leaf", leaf.certificate()}, {"ca", "old chain"}});
  CHECK(world.look_at(target).wrote);
  CHECK(world.cloud.stored(target)->data == test::Texts{{"leaf", leaf.certificate()}});
  CHECK(reason_of(world.look_at(target)) == Reason::in_sync);
}

TEST_CASE("a certificate that is not fit is held: nothing is written") {
  World world;
  const auto good = world.issue();
  const auto stranger = world.issue();
  const WallTime now = world.clock.wall_now();
  const auto expired = world.issue({.not_after = now - 1s});
  const auto early = world.issue({.not_before = now + 1h});
  const auto with = [&](const test_pki::Leaf& leaf) { return world.material(leaf); };
  auto keyless = with(good);
  keyless.private_key.clear();
  auto mismatched = with(good);
  mismatched.private_key = stranger.private_key();
  auto gap = with(good);
  gap.issuers = {test_pki::Authority::self_signed({.name = "Elsewhere"}).certificate()};
  auto garbage = with(good);
  garbage.certificate = "garbage";
  auto locked = with(good);
  locked.private_key = good.key().encrypted_pem();
  struct Case {
    const char* fact;
    test::Material material;
    Reason reason;
  };
  const std::vector<Case> cases = {
      {"no key", keyless, Reason::key_missing},
      {"another's key", mismatched, Reason::key_mismatch},
      {"a chain gap", gap, Reason::chain_gap},
      {"no longer valid", with(expired), Reason::expired},
      {"not yet valid", with(early), Reason::not_yet_valid},
      {"no PEM at all", garbage, Reason::source_unreadable},
      {"an encrypted key", locked, Reason::source_unreadable},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.fact) {
      world.cloud.put(source_by_id(), c.material);
      const auto outcome = world.look_at(tls_target());
      CHECK(reason_of(outcome) == c.reason);
      CHECK_FALSE(outcome.error);
      CHECK(world.cloud.writes().empty());
    }
  }
}

TEST_CASE("a source that went back is held until the mapping allows it") {
  test::World world;
  const auto target = test::tls_target();
  const auto now = world.clock.wall_now();
  const auto publish = [&](std::chrono::hours ends) {
    const auto leaf = world.issue({.not_after = now + ends});
    world.cloud.put(test::source_by_id(), world.material(leaf));
    return leaf;
  };
  const auto newer = publish(90 * 24h);
  REQUIRE(world.look_at(target).wrote);
  const auto older = publish(30 * 24h);
  const auto held = world.look_at(target);
  CHECK_FALSE(held.wrote);
  CHECK(held.plan->reason == Reason::older_than_in_place);
  CHECK(world.cloud.stored(target)->data == world.tls_data(newer));

  auto binding = test::binding_of("b", {target});
  binding.require = v1::Require{.allow_older = true};
  CHECK(world.look(binding).targets[0].wrote);
  CHECK(world.cloud.stored(target)->data == world.tls_data(older));
}

TEST_CASE("a source that is gone or unreadable is held, its old secret stays") {
  World world;
  const auto leaf = world.rotate();
  world.look_at(tls_target());
  SECTION("deleted") {
    world.cloud.remove(source_by_id());
    CHECK(reason_of(world.look_at(tls_target())) == Reason::source_missing);
  }
  SECTION("without a readable version") {
    world.cloud.make_unreadable(source_by_id(), "the secret is destroyed");
    const auto outcome = world.look_at(tls_target());
    CHECK(reason_of(outcome) == Reason::source_unreadable);
    CHECK(outcome.plan->message == "the secret is destroyed");
  }
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
}

TEST_CASE("a target of another format or without visible content is held") {
  World world;
  world.rotate();
  SECTION("another format") {
    world.cloud.put(tls_target(), "generic", {{"theirs", "x"}});
    CHECK(reason_of(world.look_at(tls_target())) == Reason::target_other_format);
  }
  SECTION("hidden content") {
    world.cloud.put(tls_target(), "tls", {});
    world.cloud.hide_content();
    CHECK(reason_of(world.look_at(tls_target())) == Reason::target_hidden);
  }
  CHECK(world.cloud.writes().empty());
}

TEST_CASE("one read of the source serves all targets") {
  World world;
  world.rotate();
  const auto outcome =
      world.look(binding_of("b", {tls_target("a"), tls_target("b"), tls_target("c")}));
  CHECK(outcome.targets.size() == 3);
  CHECK(world.cloud.calls(Call::read_source) == 1);
  CHECK(world.cloud.writes().size() == 3);
  REQUIRE(outcome.leaf);
  CHECK(outcome.leaf->dns_names == std::vector<std::string>{"pay.example.com"});
}

TEST_CASE("a source that cannot be read fails every target and writes none") {
  World world;
  world.rotate();
  world.cloud.fail(Call::read_source, 1, ErrorCode::unavailable);
  const auto outcome = world.look(binding_of("b", {tls_target("a"), tls_target("b")}));
  REQUIRE(outcome.targets.size() == 2);
  for (const auto& target : outcome.targets) {
    REQUIRE(target.error);
    CHECK(target.error->code == ErrorCode::unavailable);
    CHECK_FALSE(target.plan);
  }
  CHECK(world.cloud.writes().empty());
  CHECK_FALSE(outcome.leaf);
  CHECK(std::holds_alternative<Backoff>(outcome.next));
}

TEST_CASE("a newer certificate that another controller wrote meanwhile is never written over") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  world.rotate();  // what this look sets out to write
  const auto newest = world.issue();
  const auto other_controller = [&] {
    world.cloud.put(source_by_id(), world.material(newest));
    world.cloud.put(tls_target(), "tls", world.tls_data(newest));
  };
  const auto [call, number] =
      GENERATE(std::pair(Call::read_target, 2), std::pair(Call::read_source, 2),
               std::pair(Call::replace, 1));
  world.cloud.on(call, number, {other_controller, {}, false});
  world.look_at(tls_target());
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(newest));
}

TEST_CASE("a wide mapping has more time than a narrow one") {
  const std::vector<v1::Target> targets(100, tls_target());
  CHECK(time_for(binding_of("narrow", {tls_target()}), 60s) == 60s);
  CHECK(time_for(binding_of("wide", targets), 60s) == 360s);
}

TEST_CASE("a failing target does not stop the others") {
  World world;
  world.rotate();
  const v1::Binding binding = binding_of("b", {tls_target("a"), tls_target("b"), tls_target("c")});
  SECTION("when it cannot be read") {
    world.cloud.fail(Call::read_target, 2, ErrorCode::denied);
    const auto outcome = world.look(binding);
    CHECK(outcome.targets[1].error->code == ErrorCode::denied);
    CHECK_FALSE(outcome.targets[1].plan);
    CHECK(std::holds_alternative<AtResync>(outcome.next));
  }
  SECTION("when it cannot be written") {
    world.cloud.fail(Call::create, 2, ErrorCode::unavailable);
    const auto outcome = world.look(binding);
    CHECK(outcome.targets[1].error->code == ErrorCode::unavailable);
    CHECK(reason_of(outcome.targets[1]) == Reason::target_missing);
    CHECK(std::holds_alternative<Backoff>(outcome.next));
  }
  CHECK(world.cloud.stored(tls_target("a")));
  CHECK_FALSE(world.cloud.stored(tls_target("b")));
  CHECK(world.cloud.stored(tls_target("c")));
}

TEST_CASE("a certificate near its end says which error keeps it in place") {
  World world;
  const WallTime now = world.clock.wall_now();
  const auto publish = [&](std::chrono::hours ends) {
    world.cloud.put(source_by_id(), world.material(world.issue({.not_after = now + ends})));
  };
  publish(3 * 24h);
  REQUIRE(world.look_at(tls_target()).expiring.state == Expiry::not_renewed);
  publish(80 * 24h);
  const auto [call, number] =
      GENERATE(std::pair(Call::read_source, 2), std::pair(Call::replace, 1));
  world.cloud.fail(call, number, ErrorCode::unavailable);
  const auto expiring = world.look_at(tls_target()).expiring;
  CHECK(expiring.state == Expiry::not_replaced);
  CHECK(expiring.message ==
        "the certificate in place expires on " + rfc3339(now + 3 * 24h) + "; arranged by the test");
}

TEST_CASE("a gate that holds one target does not hold one that needs no key") {
  World world;
  const auto leaf = world.issue();
  auto keyless = world.material(leaf);
  keyless.private_key.clear();
  world.cloud.put(source_by_id(), keyless);
  const auto trust = generic_target({{"ca.pem", v1::Part::chain}});
  const auto outcome = world.look(binding_of("b", {tls_target(), trust}));
  CHECK(reason_of(outcome.targets[0]) == Reason::key_missing);
  CHECK(outcome.targets[1].wrote);
}

TEST_CASE("another writer between our read and our write wins, and the next look decides anew") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  const auto leaf = world.rotate();
  SECTION("it replaced the secret") {
    world.cloud.on(Call::replace, 1,
                   {[&] {
                      world.cloud.put(tls_target(), "tls", {{"tls_cert", "theirs"}});
                    },
                    {},
                    false});
  }
  SECTION("it deleted the secret") {
    world.cloud.on(Call::replace, 1, {[&] { world.cloud.remove(tls_target()); }, {}, false});
  }
  const auto outcome = world.look(binding_of());
  CHECK(outcome.targets[0].error->code == ErrorCode::conflict);
  CHECK_FALSE(outcome.targets[0].wrote);
  CHECK(std::holds_alternative<Backoff>(outcome.next));
  CHECK(world.cloud.writes().size() == 1);
  CHECK(world.look_at(tls_target()).wrote);
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
}

TEST_CASE("a secret created between our read and our create is not overwritten") {
  World world;
  world.rotate();
  world.cloud.on(Call::create, 1,
                 {[&] {
                    world.cloud.put(tls_target(), "tls", {{"x", "y"}});
                  },
                  {},
                  false});
  CHECK(world.look_at(tls_target()).error->code == ErrorCode::conflict);
  CHECK(world.cloud.stored(tls_target())->data == test::Texts{{"x", "y"}});
}

TEST_CASE("an answer lost after the write was applied is found in sync, and not written again") {
  World world;
  const auto leaf = world.rotate();
  SECTION("of a create") {
    world.cloud.lose_answer(Call::create, 1);
    CHECK(world.look_at(tls_target()).error->code == ErrorCode::unavailable);
  }
  SECTION("of a replace") {
    world.cloud.put(tls_target(), "tls", {});
    world.cloud.lose_answer(Call::replace, 1);
    CHECK(world.look_at(tls_target()).error->code == ErrorCode::unavailable);
  }
  CHECK(reason_of(world.look_at(tls_target())) == Reason::in_sync);
  CHECK(world.cloud.writes().size() == 1);
  CHECK(world.cloud.stored(tls_target())->data == world.tls_data(leaf));
}

TEST_CASE("a run makes at most one write for each target, even when it fails") {
  World world;
  world.rotate();
  for (int i = 1; i <= 3; ++i) world.cloud.fail(Call::create, i, ErrorCode::conflict);
  world.look(binding_of("b", {tls_target("a"), tls_target("b"), tls_target("c")}));
  CHECK(world.cloud.calls(Call::create) == 3);
  CHECK(world.cloud.calls(Call::replace) == 0);
}

TEST_CASE("a certificate that becomes valid later is looked at then") {
  World world;
  const auto leaf = world.issue({.not_before = world.clock.wall_now() + 90s});
  world.cloud.put(source_by_id(), world.material(leaf));
  const auto outcome = world.look(binding_of());
  REQUIRE(std::holds_alternative<After>(outcome.next));
  CHECK(std::get<After>(outcome.next).wait == Duration(90s));
  world.clock.advance(90s);
  CHECK(world.look_at(tls_target()).wrote);
}

TEST_CASE("a held source is looked at again at the resync, not in a loop") {
  World world;
  CHECK(std::holds_alternative<AtResync>(world.look(binding_of()).next));
}

TEST_CASE("a target's Retry-After is kept while its source is held or fails") {
  const Error busy{ErrorCode::unavailable, "busy", 90s};
  const auto floor_of = [](const Outcome& outcome) {
    const auto* backoff = std::get_if<Backoff>(&outcome.next);
    return backoff ? backoff->floor : std::nullopt;
  };
  World world;
  world.cloud.make_unreadable(source_by_id(), "destroyed");
  world.cloud.on(Call::read_target, 1, {{}, busy, false});
  CHECK(floor_of(world.look(binding_of("b", {tls_target()}))) == 90s);

  world.cloud.on(Call::read_target, 2, {{}, busy, false});
  world.cloud.fail(Call::read_source, 2, ErrorCode::unavailable);
  CHECK(floor_of(world.look(binding_of("b", {tls_target()}))) == 90s);

  const auto calm = world.look(binding_of("b", {tls_target()}));
  CHECK(std::holds_alternative<AtResync>(calm.next));
}

TEST_CASE("a dry run plans what a run would write, writes nothing and does not say it wrote") {
  World world;
  world.rotate();
  world.cloud.put(tls_target("b"), "tls", {{"tls_cert", "old"}});
  DryRunTarget dry(world.cloud);
  Reconciler planner(world.cloud, dry, world.clock);
  const auto outcome = planner.reconcile(binding_of("b", {tls_target("a"), tls_target("b")}),
                                         world.clock.steady_now() + 60s);
  CHECK(reason_of(outcome.targets[0]) == Reason::target_missing);
  CHECK(reason_of(outcome.targets[1]) == Reason::content_differs);
  CHECK(world.cloud.calls(Call::create) == 0);
  CHECK(world.cloud.calls(Call::replace) == 0);
  for (const auto& target : outcome.targets) {
    CHECK_FALSE(target.wrote);
    const auto status = fold(unobserved(world.clock.wall_now()), target, world.clock.wall_now());
    CHECK(status.ready.status == v1::ConditionStatus::no);
    CHECK_FALSE(status.written_at);
  }
}

TEST_CASE("sample defect 6: the intermediate is written with the leaf") {
  World world;
  const auto leaf = world.rotate();
  world.look_at(tls_target());
  CHECK(world.cloud.stored(tls_target())->data.at("tls_cert") ==
        leaf.certificate() + world.inter.certificate());
}

TEST_CASE("sample defect 10: a write is made on the tag that was read, and only on difference") {
  World world;
  world.rotate();
  world.look_at(tls_target());
  for (int event = 0; event < 3; ++event) world.look_at(tls_target());
  CHECK(world.cloud.writes().size() == 1);
  world.rotate();
  world.look_at(tls_target());
  CHECK(world.cloud.writes()[1].if_match != "*");
}

namespace {

v1::Binding owned(v1::Ownership ownership) {
  auto binding = binding_of("b", {tls_target()});
  binding.ownership = ownership;
  return binding;
}

// Looks that remember, as the dispatcher makes them.
struct Remembering {
  World world{};
  std::vector<TargetMemory> memories{TargetMemory{}};

  TargetOutcome look(const v1::Binding& binding) {
    auto outcome =
        world.reconciler.reconcile(binding, world.clock.steady_now() + 60s, memories).targets[0];
    if (outcome.memory) memories[0] = *outcome.memory;
    return outcome;
  }
  void scribble() {
    world.cloud.put(tls_target(), "tls", {{"tls_cert", "scribbled"}, {"tls_key", "over"}});
  }
};

}  // namespace

TEST_CASE("onExisting: what was there before is replaced or held, and a hold writes nothing") {
  for (const auto on_existing :
       {v1::OnExisting::adopt, v1::OnExisting::adopt_if_equal, v1::OnExisting::refuse}) {
    DYNAMIC_SECTION(v1::to_string(on_existing)) {
      Remembering bench;
      bench.world.rotate();
      bench.scribble();
      const bool adopts = on_existing == v1::OnExisting::adopt;
      CHECK(reason_of(bench.look(owned({on_existing, {}, false}))) ==
            (adopts ? Reason::content_differs : Reason::not_ours));
      CHECK(bench.world.cloud.writes().size() == (adopts ? 1U : 0U));
    }
  }
}

TEST_CASE("onExisting: refuse replaces what an earlier look of the same process created") {
  Remembering bench;
  const auto binding = owned({v1::OnExisting::refuse, {}, false});
  bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::target_missing);
  bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::content_differs);
  bench.world.rotate();
  bench.memories = {TargetMemory{}};  // another process
  CHECK(reason_of(bench.look(binding)) == Reason::not_ours);
}

TEST_CASE("onExisting: refuse knows its own creation even when the answer to it was lost") {
  Remembering bench;
  const auto binding = owned({v1::OnExisting::refuse, {}, false});
  bench.world.rotate();
  bench.world.cloud.lose_answer(Call::create, 1);
  CHECK(bench.look(binding).error);
  SECTION("found again as it was made") {
    CHECK(reason_of(bench.look(binding)) == Reason::in_sync);
  }
  SECTION("found again after a further rotation") {}
  bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::content_differs);
}

TEST_CASE("drift: report leaves what somebody changed and writes the next certificate") {
  Remembering bench;
  const auto binding = owned({{}, v1::Drift::report, false});
  bench.world.rotate();
  bench.look(binding);
  bench.scribble();
  CHECK(reason_of(bench.look(binding)) == Reason::drift_reported);
  CHECK(bench.world.cloud.stored(tls_target())->data.at("tls_key") == "over");
  const auto leaf = bench.world.rotate();
  CHECK(reason_of(bench.look(binding)) == Reason::content_differs);
  CHECK(bench.world.cloud.stored(tls_target())->data == bench.world.tls_data(leaf));
}

TEST_CASE("a target that another writer keeps changing is held at the third change") {
  Remembering bench;
  const auto binding = owned({});
  bench.world.rotate();
  bench.look(binding);
  for (const Reason reason :
       {Reason::content_differs, Reason::content_differs, Reason::contended, Reason::contended}) {
    bench.scribble();
    CHECK(reason_of(bench.look(binding)) == reason);
  }
  CHECK(bench.world.cloud.writes().size() == 3);
}

TEST_CASE("a write whose answer was lost does not count as another writer's change") {
  Remembering bench;
  bench.world.rotate();
  bench.look(owned({}));
  bench.world.rotate();
  bench.world.cloud.lose_answer(Call::replace, 1);
  CHECK(bench.look(owned({})).error);
  bench.world.rotate();
  CHECK(reason_of(bench.look(owned({}))) == Reason::content_differs);
  CHECK(bench.memories[0].foreign.count == 0);
}

TEST_CASE("suspend: nothing is written, and the plan says what would be") {
  World world;
  v1::Ownership ownership;
  ownership.suspend = true;
  const auto binding = owned(ownership);
  const auto look = [&] { return world.look(binding).targets[0]; };
  CHECK(look().plan->message.find("would hold, SourceMissing") != std::string::npos);
  const auto leaf = world.rotate();
  CHECK(reason_of(look()) == Reason::suspended);
  CHECK(look().plan->message.find("would create") != std::string::npos);
  world.cloud.put(tls_target(), "tls", {{"tls_cert", "old"}, {"tls_key", "old"}});
  CHECK(look().plan->message.find("would replace") != std::string::npos);
  world.cloud.put(tls_target(), "tls", world.tls_data(leaf));
  CHECK(reason_of(look()) == Reason::in_sync);
  CHECK(look().plan->message.find("suspended") != std::string::npos);
  CHECK(world.cloud.writes().empty());
}

}  // namespace certloop

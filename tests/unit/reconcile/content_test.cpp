// What is written, and what counts as a difference.
#include "tests/support/catch.h"
#include "tests/unit/reconcile/world.h"

namespace certloop {
namespace {

using test::generic_target;
using test::reason_of;
using test::source_by_id;
using test::tls_target;
using test::World;

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

}  // namespace certloop

// The contract of SecretTarget.
#include "tests/contract/world.h"
#include "tests/support/catch.h"
#include "tests/support/pki.h"

namespace certloop::test {
namespace {

// A pair that a service which looks into certificates takes, too.
Texts issue() {
  const auto leaf = test_pki::Leaf::self_signed({.dns_names = {"shop.example.com"}});
  return {{"tls_cert", leaf.certificate()}, {"tls_key", leaf.private_key()}};
}

SecretData data_of(const Texts& texts) {
  SecretData data;
  for (const auto& [key, value] : texts) data.emplace(key, SecretBytes(std::string_view(value)));
  return data;
}

Texts texts_of(const SecretData& data) {
  Texts texts;
  for (const auto& [key, value] : data) texts.emplace(key, std::string(value.reveal()));
  return texts;
}

// One world, spoken to in texts.
template <class Where>
struct Bench : Where {
  v1::Target at = this->world->address("front");
  const Texts old_pair = issue();
  const Texts new_pair = issue();

  TargetSnapshot read() { return read(at); }
  TargetSnapshot read(const v1::Target& target) {
    auto snapshot = this->world->target().fetch(target, this->world->deadline());
    INFO((snapshot ? std::string() : snapshot.error().message));
    REQUIRE(snapshot);
    REQUIRE(*snapshot);
    REQUIRE((*snapshot)->data);
    return std::move(**snapshot);
  }
  bool absent(const v1::Target& target) {
    const auto snapshot = this->world->target().fetch(target, this->world->deadline());
    return snapshot && !*snapshot;
  }
  Result<std::string> create(const Texts& texts) { return create(at, texts); }
  Result<std::string> create(const v1::Target& target, const Texts& texts) {
    return settled(this->world->target().create(target, data_of(texts), this->world->deadline()));
  }
  Result<std::string> replace(const Texts& texts, const std::string& tag) {
    return settled(this->world->target().replace(at, data_of(texts), tag, this->world->deadline()));
  }
  Result<std::string> settled(Result<std::string> written) {
    this->world->settle();
    return written;
  }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

}  // namespace

TEMPLATE_TEST_CASE("an absent target is a value", "", OnTheFake, OnTheAdapters) {
  Bench<TestType> on;
  CHECK(on.absent(on.at));
}

TEMPLATE_TEST_CASE("what was created is read back, with a format and an entity tag", "", OnTheFake,
                   OnTheAdapters) {
  Bench<TestType> on;
  REQUIRE(on.create(on.old_pair));
  const auto snapshot = on.read();
  CHECK(snapshot.format == "tls");
  CHECK_FALSE(snapshot.entity_tag.empty());
  CHECK(texts_of(*snapshot.data) == on.old_pair);
  CHECK(on.world->stored(on.at) == on.old_pair);
}

TEMPLATE_TEST_CASE("a target of another format is read as what it is", "", OnTheFake,
                   OnTheAdapters) {
  Bench<TestType> on;
  on.world->put(on.at, "generic", {{"theirs", "x"}});
  const auto snapshot = on.read();
  CHECK(snapshot.format == "generic");
  CHECK(texts_of(*snapshot.data) == Texts{{"theirs", "x"}});
}

TEMPLATE_TEST_CASE("reading does not change the entity tag, writing does", "", OnTheFake,
                   OnTheAdapters) {
  Bench<TestType> on;
  REQUIRE(on.create(on.old_pair));
  const auto first = on.read().entity_tag;
  CHECK(on.read().entity_tag == first);
  REQUIRE(on.replace(on.new_pair, first));
  CHECK(on.read().entity_tag != first);
}

TEMPLATE_TEST_CASE("a create over an existing target is a conflict and leaves it alone", "",
                   OnTheFake, OnTheAdapters) {
  Bench<TestType> on;
  REQUIRE(on.create(on.old_pair));
  const auto tag = on.read().entity_tag;
  CHECK(code_of(on.create(on.new_pair)) == ErrorCode::conflict);
  CHECK(on.world->stored(on.at) == on.old_pair);
  CHECK(on.read().entity_tag == tag);
}

TEMPLATE_TEST_CASE("a replace puts the whole content in the place of the old", "", OnTheFake,
                   OnTheAdapters) {
  Bench<TestType> on;
  on.at = on.world->address("files", v1::Format::generic);
  REQUIRE(on.create({{"a", "1"}, {"b", "2"}}));
  REQUIRE(on.replace({{"b", "3"}, {"c", "4"}}, on.read().entity_tag));
  CHECK(on.world->stored(on.at) == Texts{{"b", "3"}, {"c", "4"}});
}

TEMPLATE_TEST_CASE("a replace on a stale entity tag is a conflict and leaves the target alone", "",
                   OnTheFake, OnTheAdapters) {
  Bench<TestType> on;
  REQUIRE(on.create(on.old_pair));
  const auto stale = on.read().entity_tag;
  REQUIRE(on.replace(on.new_pair, stale));
  CHECK(code_of(on.replace(on.old_pair, stale)) == ErrorCode::conflict);
  CHECK(on.world->stored(on.at) == on.new_pair);
}

TEMPLATE_TEST_CASE("a replace of a target that was made anew is a conflict", "", OnTheFake,
                   OnTheAdapters) {
  Bench<TestType> on;
  REQUIRE(on.create(on.old_pair));
  const auto stale = on.read().entity_tag;
  on.world->put(on.at, "tls", on.old_pair);
  CHECK(code_of(on.replace(on.new_pair, stale)) == ErrorCode::conflict);
  CHECK(on.world->stored(on.at) == on.old_pair);
}

TEMPLATE_TEST_CASE("a replace of a deleted target is a conflict and creates nothing", "", OnTheFake,
                   OnTheAdapters) {
  Bench<TestType> on;
  REQUIRE(on.create(on.old_pair));
  const auto tag = on.read().entity_tag;
  on.world->remove(on.at);
  CHECK(code_of(on.replace(on.new_pair, tag)) == ErrorCode::conflict);
  CHECK(on.absent(on.at));
}

TEMPLATE_TEST_CASE("a create in a missing project is not found", "", OnTheFake, OnTheAdapters) {
  Bench<TestType> on;
  CHECK(code_of(on.create(on.world->in_missing_project(), on.old_pair)) == ErrorCode::not_found);
}

TEMPLATE_TEST_CASE("targets of different names do not touch each other", "", OnTheFake,
                   OnTheAdapters) {
  Bench<TestType> on;
  const auto other = on.world->address("other");
  REQUIRE(on.create(on.old_pair));
  REQUIRE(on.create(other, on.new_pair));
  CHECK(on.world->stored(on.at) == on.old_pair);
  CHECK(texts_of(*on.read(other).data) == on.new_pair);
}

TEMPLATE_TEST_CASE("a text comes back byte for byte", "", OnTheFake, OnTheAdapters) {
  Bench<TestType> on;
  on.at = on.world->address("files", v1::Format::generic);
  const Texts texts{{"lines", "a\nb\r\nc\n\n"},
                    {"signs", "\" \\ / {} %20 \t \x01 \x7f"},
                    {"utf8", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\x91"},
                    {"empty", ""},
                    {"long", std::string(100'000, 'x')}};
  REQUIRE(on.create(texts));
  CHECK(texts_of(*on.read().data) == texts);
  REQUIRE(on.replace(texts, on.read().entity_tag));
  CHECK(on.world->stored(on.at) == texts);
}

TEMPLATE_TEST_CASE("an outage is unavailable and changes nothing", "", OnTheFake, OnTheAdapters) {
  Bench<TestType> on;
  on.world->refuse_next(Call::create);
  CHECK(code_of(on.create(on.old_pair)) == ErrorCode::unavailable);
  CHECK(on.absent(on.at));
  REQUIRE(on.create(on.old_pair));
  const auto tag = on.read().entity_tag;
  on.world->refuse_next(Call::replace);
  CHECK(code_of(on.replace(on.new_pair, tag)) == ErrorCode::unavailable);
  CHECK(on.world->stored(on.at) == on.old_pair);
  on.world->refuse_next(Call::read_target);
  CHECK(code_of(on.world->target().fetch(on.at, on.world->deadline())) == ErrorCode::unavailable);
}

TEMPLATE_TEST_CASE("a write whose answer is lost took effect, and its error asks to look again", "",
                   OnTheFake, OnTheAdapters) {
  // A conflict is right, too: a transport may repeat a conditional write, which then meets itself.
  const auto asks_to_look = [](ErrorCode code) {
    return code == ErrorCode::unavailable || code == ErrorCode::conflict;
  };
  Bench<TestType> on;
  on.world->lose_next_answer(Call::create);
  CHECK(asks_to_look(code_of(on.create(on.old_pair))));
  on.world->mend();
  CHECK(on.world->stored(on.at) == on.old_pair);
  const auto tag = on.read().entity_tag;
  on.world->lose_next_answer(Call::replace);
  CHECK(asks_to_look(code_of(on.replace(on.new_pair, tag))));
  on.world->mend();
  CHECK(on.world->stored(on.at) == on.new_pair);
}

}  // namespace certloop::test

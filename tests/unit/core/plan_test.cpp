#include "controller/core/plan.h"

#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace certloop {
namespace {

// The compiler does not count enumerators: -Wswitch-enum makes a new one fail to compile here.
std::vector<Reason> all_reasons() {
  std::vector<Reason> all;
  for (int i = 0; i <= static_cast<int>(Reason::suspended); ++i) {
    all.push_back(static_cast<Reason>(i));
  }
  return all;
}

}  // namespace

TEST_CASE("every reason that holds says what to do about it, the others say nothing") {
  for (const Reason reason : all_reasons()) {
    CAPTURE(to_string(reason));
    CHECK((std::string(advice(reason)) != "") == (action_of(reason) == Action::hold));
  }
}

TEST_CASE("every reason has a word of its own, in Kubernetes' camel case") {
  std::set<std::string> words;
  for (const Reason reason : all_reasons()) {
    const std::string word = to_string(reason);
    CHECK(words.insert(word).second);
    CHECK((word[0] >= 'A' && word[0] <= 'Z'));
    CHECK(word.find_first_of(" _-") == std::string::npos);
  }
}

TEST_CASE("every action has a word of its own") {
  const std::set<std::string> words = {to_string(Action::nothing), to_string(Action::create),
                                       to_string(Action::replace), to_string(Action::hold)};
  CHECK(words.size() == 4);
}

TEST_CASE("only a missing target is created and only different content is replaced") {
  for (const Reason reason : all_reasons()) {
    CAPTURE(to_string(reason));
    CHECK((action_of(reason) == Action::create) == (reason == Reason::target_missing));
    CHECK((action_of(reason) == Action::replace) == (reason == Reason::content_differs));
    CHECK((action_of(reason) == Action::nothing) == (reason == Reason::in_sync));
  }
}

}  // namespace certloop

#include "api/v1/shared.h"

#include <set>
#include <string>

#include "tests/support/catch.h"

namespace certloop::v1 {

TEST_CASE("a shared value is one object, however often it is passed on") {
  const Shared<std::string> first{"one"};
  const Shared<std::string> second = first;
  CHECK(&*first == &*second);
  CHECK(second->size() == 3);
}

TEST_CASE("shared values are compared by what they hold") {
  const Shared<std::string> one{"one"};
  CHECK(one == Shared<std::string>{"one"});
  CHECK(one != Shared<std::string>{"two"});
  CHECK(one < Shared<std::string>{"two"});
  CHECK(std::set<Shared<std::string>>{one, Shared<std::string>{"one"}}.size() == 1);
}

TEST_CASE("a shared value is there from the beginning, and after it was moved from") {
  Shared<std::string> value;
  CHECK(value->empty());
  value = Shared<std::string>{"one"};
  const Shared<std::string> other = std::move(value);
  CHECK(*value == *other);
}

}  // namespace certloop::v1

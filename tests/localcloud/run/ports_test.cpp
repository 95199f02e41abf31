#include "hack/localcloud/run/ports.h"

#include <set>

#include "tests/support/catch.h"

using localcloud::run::Ports;

TEST_CASE("no port is lent twice before it is given back") {
  // Of 12,000, blindly taken, so many would all be different once in 10^18 times.
  constexpr std::size_t kLoans = 1000;
  boost::asio::io_context io;
  Ports ports(io);
  std::set<std::uint16_t> lent;
  for (std::size_t i = 0; i < kLoans; ++i) lent.insert(ports.lend());
  CHECK(lent.size() == kLoans);
  CHECK_FALSE(lent.contains(0));
}

TEST_CASE("a port that is given back is lent again") {
  boost::asio::io_context io;
  Ports ports(io);
  int refusals = 0;
  // More loans than there are ports.
  for (int i = 0; i < 13'000; ++i) {
    const auto port = ports.lend();
    refusals += port == 0 ? 1 : 0;
    ports.give_back(port);
  }
  CHECK(refusals == 0);
}

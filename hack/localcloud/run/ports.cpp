#include "hack/localcloud/run/ports.h"

#include <boost/asio/ip/tcp.hpp>
#include <random>

namespace localcloud::run {
namespace {

constexpr std::uint16_t kFirst = 20'000;
constexpr std::uint16_t kLast = 32'000;
constexpr int kMostTries = 100;

bool is_free(boost::asio::io_context& io, std::uint16_t port) {
  using boost::asio::ip::tcp;
  boost::system::error_code error;
  tcp::acceptor acceptor(io);
  const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.bind(endpoint, error);
  return !error;
}

}  // namespace

std::uint16_t Ports::lend() {
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> ports(kFirst, kLast);
  for (int i = 0; i < kMostTries; ++i) {
    const std::uint16_t port = ports(random);
    if (!lent_.contains(port) && is_free(io_, port)) return *lent_.insert(port).first;
  }
  return 0;
}

}  // namespace localcloud::run

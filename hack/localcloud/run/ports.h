#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <set>

namespace localcloud::run {

// Ports for instances that share this machine and so cannot all have their image's. They are below
// those that the kernel gives to callers: there, a probe of a port where nobody listens yet might
// be given that very port, and meet itself.
class Ports {
 public:
  explicit Ports(boost::asio::io_context& io) : io_(io) {}  // which must outlive this

  // One where nobody listens and that is lent to nobody; 0: none was found. Whoever else takes it
  // before the instance does makes that start fail, and the next one gets another.
  std::uint16_t lend();
  void give_back(std::uint16_t port) { lent_.erase(port); }

 private:
  boost::asio::io_context& io_;
  std::set<std::uint16_t> lent_{};
};

}  // namespace localcloud::run

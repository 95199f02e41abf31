#pragma once
#include <boost/asio/io_context.hpp>

#include "hack/localcloud/frame/world.h"

namespace localcloud::en {

// Plain HTTP/1.1 to this machine's loopback addresses and to no other: the local cloud never
// reaches out. One connection a request, no redirects, answers up to 1 MiB (read and dropped).
class LoopbackOutbound : public Outbound {
 public:
  // `io` is the cloud's and outlives this.
  explicit LoopbackOutbound(boost::asio::io_context& io) : io_(io) {}
  void send(OutboundRequest request, std::function<void(const OutboundResult&)> done) override;

 private:
  boost::asio::io_context& io_;
};

}  // namespace localcloud::en

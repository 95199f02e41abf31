#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include "hack/localcloud/frame/world.h"

namespace localcloud {

// HTTP/1.1 to this machine's loopback addresses and to no other: the local cloud never
// reaches out. One connection a request, no redirects, answers up to 8 MiB.
class LoopbackOutbound : public Outbound {
 public:
  // Both are the cloud's and outlive this. `tls` says whom to trust; null: no https.
  explicit LoopbackOutbound(boost::asio::io_context& io, boost::asio::ssl::context* tls = nullptr)
      : io_(io), tls_(tls) {}
  void send(OutboundRequest request, std::function<void(const OutboundResult&)> done) override;

 private:
  boost::asio::io_context& io_;
  boost::asio::ssl::context* tls_;
};

}  // namespace localcloud

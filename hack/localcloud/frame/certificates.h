#pragma once
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <string>

namespace localcloud {

// A CA of the cloud's own and what it vouches for, made anew with each cloud: an ECDSA certificate
// for this machine's loopback names and the listening address, and three that no client should
// take.
class Certificates {
 public:
  explicit Certificates(const std::string& address);

  // PEM, what clients are to trust.
  const std::string& ca() const { return ca_; }
  // For a server: "good", "wrong_host", "expired" or "untrusted".
  boost::asio::ssl::context& server(const std::string& kind) { return *servers_.at(kind); }
  // For a client that trusts this CA alone.
  boost::asio::ssl::context& client() { return client_; }

 private:
  std::string ca_{};
  std::map<std::string, std::unique_ptr<boost::asio::ssl::context>> servers_{};
  boost::asio::ssl::context client_{boost::asio::ssl::context::tls_client};
};

}  // namespace localcloud

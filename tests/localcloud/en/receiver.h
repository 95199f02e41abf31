#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

// A small HTTP receiver on 127.0.0.1 and a free port: one connection after the other, so that what
// it has received is in the order of arrival. Lives on the test's io_context.
namespace receiver {

struct Received {
  std::string method{};
  std::string target{};
  std::map<std::string, std::string> headers{};  // names lowercased
  std::string body{};
};

struct Reply {
  int status = 200;
  std::string retry_after{};
  bool silent = false;   // no answer, the connection stays open
  bool hang_up = false;  // no answer, the connection is closed
};

class Receiver {
 public:
  explicit Receiver(boost::asio::io_context& io);
  std::string url() const;
  void stop();
  const std::vector<Received>& received() const { return received_; }

  std::deque<Reply> script{};  // then 200 for ever

 private:
  struct Session;
  void accept();
  void read(const std::shared_ptr<Session>& session);
  void answer(const std::shared_ptr<Session>& session);

  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<Received> received_{};
  std::vector<std::shared_ptr<Session>> silent_{};
};

}  // namespace receiver

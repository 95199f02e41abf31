#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

#include "hack/localcloud/frame/server.h"
#include "hack/localcloud/frame/stream.h"

namespace localcloud {

// One caller's connection: reads requests one after the other and answers each. Keeps itself alive
// through the callbacks it waits for; `handler` must outlive it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Without a context the caller speaks plain HTTP.
  Connection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* context,
             const RequestHandler& handler);
  void start();

 private:
  using Body = boost::beast::http::string_body;
  using Error = boost::system::error_code;

  void shake_hands();
  void read_header();
  void on_header(Error error);
  void invite_body();  // "100 Continue"
  void read_body();
  void on_request(Error error);
  void refuse_unreadable(Error error);
  void deliver(Answer answer);
  void send(Answer answer);
  void send_response(Answer answer);
  void send_message(Response response);
  void send_half(const Response& response);
  void leave();
  void half_close();
  void read_away();
  void close();
  void reset();
  boost::beast::http::response<Body> to_message(Response response) const;

  Stream stream_;
  boost::asio::steady_timer delay_;
  const RequestHandler& handler_;
  std::uint16_t source_ = 0;
  boost::beast::flat_buffer buffer_{};
  std::optional<boost::beast::http::request_parser<Body>> parser_{};
  boost::beast::http::response<Body> response_{};
  std::string half_{};
  bool keep_alive_ = false;
  bool head_ = false;
};

}  // namespace localcloud

#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <string>

// A connection on which a test says exactly what it wants. Blocking.
class RawConnection {
 public:
  using Message = boost::beast::http::response<boost::beast::http::string_body>;

  explicit RawConnection(std::uint16_t port) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  }
  void write(const std::string& text) { boost::asio::write(socket_, boost::asio::buffer(text)); }
  Message read() {
    Message message;
    boost::beast::http::read(socket_, buffer_, message);
    return message;
  }
  // What the peer sends before it closes. Empty when it has sent nothing.
  std::string read_to_end() {
    std::string text;
    boost::system::error_code error;
    char chunk[4096];
    while (!error) {
      const std::size_t length = socket_.read_some(boost::asio::buffer(chunk), error);
      text.append(chunk, length);
    }
    end_ = error;
    return text;
  }
  boost::system::error_code end() const { return end_; }

 private:
  boost::asio::io_context io_{};
  boost::asio::ip::tcp::socket socket_{io_};
  boost::beast::flat_buffer buffer_{};
  boost::system::error_code end_{};
};

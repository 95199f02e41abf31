#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <string>

#include "hack/localcloud/cloud.h"
#include "tests/support/catch.h"

struct TlsAnswer {
  std::string refusal{};  // why there was no handshake; empty: there was one
  int status = 0;
  std::string body{};
};

// A client that trusts one CA alone (none: everybody) and checks the host it asked for.
class TlsCaller {
 public:
  TlsCaller(const localcloud::Cloud& cloud, const std::string& ca) : port_(cloud.port()) {
    if (ca.empty()) return;
    context_.set_verify_mode(boost::asio::ssl::verify_peer);
    context_.add_certificate_authority(boost::asio::buffer(ca));
  }

  TlsAnswer call(const std::string& method, const std::string& target, const std::string& body = {},
                 const std::string& host = "127.0.0.1", const std::string& token = {},
                 const std::string& type = "application/json") {
    namespace asio = boost::asio;
    namespace http = boost::beast::http;
    asio::ssl::stream<asio::ip::tcp::socket> stream(io_, context_);
    stream.set_verify_callback(asio::ssl::host_name_verification(host));
    stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), port_});
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::client, error);
    if (error) return {.refusal = error.message()};
    http::request<http::string_body> request;
    request.method_string(method);
    request.target(target);
    request.version(11);
    request.set(http::field::host, host + ":" + std::to_string(port_));
    request.set(http::field::connection, "close");
    request.set(http::field::content_type, type);
    if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
    request.body() = body;
    request.prepare_payload();
    http::write(stream, request);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(stream, buffer, response);
    stream.shutdown(error);
    CHECK((!error || error == asio::error::eof));
    return {.status = static_cast<int>(response.result_int()), .body = response.body()};
  }

 private:
  std::uint16_t port_;
  boost::asio::io_context io_{};
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
};

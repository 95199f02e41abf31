#include "tests/localcloud/en/receiver.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>

namespace receiver {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

Received to_received(const http::request<http::string_body>& message) {
  Received received{.method = text(message.method_string()),
                    .target = text(message.target()),
                    .body = message.body()};
  for (const auto& field : message) {
    std::string name = text(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    received.headers[name] = text(field.value());
  }
  return received;
}

}  // namespace

struct Receiver::Session {
  explicit Session(tcp::socket accepted) : socket(std::move(accepted)) {}
  tcp::socket socket;
  beast::flat_buffer buffer{};
  http::request<http::string_body> request{};
  http::response<http::string_body> response{};
};

Receiver::Receiver(asio::io_context& io)
    : acceptor_(io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {
  accept();
}

std::string Receiver::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void Receiver::stop() {
  acceptor_.close();
}

void Receiver::accept() {
  acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
    if (!error) read(std::make_shared<Session>(std::move(socket)));
  });
}

void Receiver::read(const std::shared_ptr<Session>& session) {
  http::async_read(session->socket, session->buffer, session->request,
                   [this, session](beast::error_code error, std::size_t) {
                     if (!error) answer(session);
                     if (error) accept();
                   });
}

void Receiver::answer(const std::shared_ptr<Session>& session) {
  received_.push_back(to_received(session->request));
  Reply reply;
  if (!script.empty()) {
    reply = script.front();
    script.pop_front();
  }
  if (reply.silent) silent_.push_back(session);
  if (reply.silent || reply.hang_up) return accept();
  session->response.result(static_cast<unsigned>(reply.status));
  if (!reply.retry_after.empty()) {
    session->response.set(http::field::retry_after, reply.retry_after);
  }
  session->response.keep_alive(false);
  session->response.prepare_payload();
  http::async_write(session->socket, session->response,
                    [this, session](beast::error_code, std::size_t) { accept(); });
}

}  // namespace receiver

#include "tests/support/cloud_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

namespace cloud_client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds kTimeLimit{60};
constexpr std::uint64_t kBodyLimit = 64U << 20;

struct Address {
  std::string host{};
  std::string port{};
  std::string target{};
};

Address parse(const std::string& url) {
  const std::string scheme = "http://";
  if (url.rfind(scheme, 0) != 0) throw std::invalid_argument("only http:// here: " + url);
  const auto slash = std::min(url.find('/', scheme.size()), url.size());
  const std::string authority = url.substr(scheme.size(), slash - scheme.size());
  const auto colon = std::min(authority.rfind(':'), authority.size());
  Address address;
  address.host = authority.substr(0, colon);
  address.port = colon < authority.size() ? authority.substr(colon + 1) : "80";
  address.target = slash < url.size() ? url.substr(slash) : "/";
  return address;
}

// Runs one asynchronous step to its end: Beast's time limits hold for those only.
template <typename Step>
void run(asio::io_context& io, beast::tcp_stream& stream, const std::string& what, Step step) {
  beast::error_code error;
  stream.expires_after(kTimeLimit);
  step([&error](beast::error_code result, auto&&...) { error = result; });
  io.restart();
  io.run();
  if (error) throw NoAnswer(what + ": " + error.message());
}

Answer to_answer(http::response<http::string_body> message) {
  Answer answer;
  answer.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  answer.body = std::move(message.body());
  return answer;
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  for (const auto& [present, value] : headers) {
    if (beast::iequals(present, name)) return value;
  }
  return {};
}

Json Answer::json() const {
  return Json::parse(body);
}

Answer call(const std::string& method, const std::string& url, const Headers& headers,
            const std::string& body) {
  const Address address = parse(url);
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(address.target);
  request.version(11);
  request.keep_alive(false);
  request.set(http::field::host, address.host + ":" + address.port);
  for (const auto& [name, value] : headers) request.insert(name, value);
  request.body() = body;
  if (!body.empty() || method == "POST" || method == "PUT") request.content_length(body.size());

  asio::io_context io;
  beast::tcp_stream stream(io);
  asio::ip::tcp::resolver resolver(io);
  const auto endpoints = resolver.resolve(address.host, address.port);
  run(io, stream, "connect", [&](auto done) { stream.async_connect(endpoints, done); });
  run(io, stream, "send", [&](auto done) { http::async_write(stream, request, done); });
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kBodyLimit);
  if (method == "HEAD") parser.skip(true);
  run(io, stream, "receive", [&](auto done) { http::async_read(stream, buffer, parser, done); });
  return to_answer(parser.release());
}

Client::Client(std::string base_url, Headers headers)
    : base_url_(std::move(base_url)), headers_(std::move(headers)) {}

Client Client::with(const std::string& name, const std::string& value) const {
  Client copy = *this;
  copy.headers_.emplace_back(name, value);
  return copy;
}

Answer Client::post(const std::string& path, const Json& body) const {
  return send("POST", path, {{"Content-Type", "application/json"}}, body.dump());
}

Answer Client::put(const std::string& path, const Json& body, const Headers& more) const {
  Headers headers = more;
  headers.emplace_back("Content-Type", "application/json");
  return send("PUT", path, headers, body.dump());
}

Answer Client::patch(const std::string& path, const Json& body, const Headers& more) const {
  Headers headers = more;
  headers.emplace_back("Content-Type", "application/merge-patch+json");
  return send("PATCH", path, headers, body.dump());
}

Answer Client::send(const std::string& method, const std::string& path, const Headers& more,
                    const std::string& body) const {
  Headers headers = headers_;
  headers.insert(headers.end(), more.begin(), more.end());
  return call(method, base_url_ + path, headers, body);
}

std::string access_token(const std::string& iam_url, const std::string& api_key) {
  const Answer answer = call("POST", iam_url + "/identity/token",
                             {{"Content-Type", "application/x-www-form-urlencoded"}},
                             "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=" + api_key);
  if (answer.status != 200) throw std::runtime_error("no token: " + answer.body);
  return answer.json().at("access_token").get<std::string>();
}

}  // namespace cloud_client

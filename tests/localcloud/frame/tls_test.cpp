#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

#include "hack/localcloud/cloud.h"
#include "tests/support/catch.h"

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Json = nlohmann::json;

struct Answer {
  std::string refusal{};  // why there was no handshake; empty: there was one
  int status = 0;
  std::string body{};
};

// A client that trusts one CA alone (none: everybody) and checks the host it asked for.
class Caller {
 public:
  Caller(const localcloud::Cloud& cloud, const std::string& ca) : port_(cloud.port()) {
    if (ca.empty()) return;
    context_.set_verify_mode(asio::ssl::verify_peer);
    context_.add_certificate_authority(asio::buffer(ca));
  }

  Answer call(const std::string& method, const std::string& target, const std::string& body = {},
              const std::string& host = "127.0.0.1", const std::string& token = {},
              const std::string& type = "application/json") {
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
  asio::io_context io_{};
  asio::ssl::context context_{asio::ssl::context::tls_client};
};

}  // namespace

TEST_CASE("with TLS every address is https, and its certificate is of the cloud's own CA") {
  const localcloud::Cloud cloud({.tls = true});
  for (const auto& [name, value] : cloud.environment()) {
    CAPTURE(name, value);
    CHECK(value.rfind("http://", 0) == std::string::npos);
  }
  CHECK(cloud.url() == "https://127.0.0.1:" + std::to_string(cloud.port()));
  Caller caller(cloud, cloud.ca_certificate());
  CHECK(caller.call("GET", "/_local/clock").status == 200);
  CHECK(caller.call("GET", "/_local/clock", {}, "localhost").status == 200);
  CHECK_FALSE(caller.call("GET", "/_local/clock", {}, "elsewhere.example").refusal.empty());
}

TEST_CASE("without TLS there is no CA") {
  CHECK(localcloud::Cloud().ca_certificate().empty());
}

TEST_CASE("each cloud has a CA of its own") {
  const localcloud::Cloud cloud({.tls = true});
  const localcloud::Cloud other({.tls = true});
  CHECK_FALSE(Caller(cloud, other.ca_certificate()).call("GET", "/_local/clock").refusal.empty());
}

TEST_CASE("switch tls_certificate: certificates that no client should take") {
  const localcloud::Cloud cloud({.tls = true});
  Caller trusting(cloud, {});
  for (const char* kind : {"wrong_host", "expired", "untrusted", "good"}) {
    CAPTURE(kind);
    REQUIRE(
        trusting.call("POST", "/_local/switches", Json{{"tls_certificate", kind}}.dump()).status ==
        200);
    const Answer answer = Caller(cloud, cloud.ca_certificate()).call("GET", "/_local/clock");
    CHECK(answer.refusal.empty() == (std::string(kind) == "good"));
  }
}

TEST_CASE("links in answers are https, and notifications are delivered by https") {
  const localcloud::Cloud cloud({.tls = true});
  const auto names = cloud.environment();
  Caller caller(cloud, cloud.ca_certificate());
  const std::string token =
      Json::parse(caller
                      .call("POST", "/iam/identity/token",
                            "grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=" +
                                names.at("CERTLOOP_API_KEY"))
                      .body)["access_token"];
  const std::string en =
      "/en/event-notifications/v1/instances/" + names.at("LOCALCLOUD_EN_INSTANCE");
  const Json list = Json::parse(caller.call("GET", en + "/sources", {}, "127.0.0.1", token).body);
  CHECK(list["first"]["href"].get<std::string>().rfind("https://127.0.0.1", 0) == 0);

  // The destination is the cloud itself: a call of a control that always succeeds.
  const std::string form =
      "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nself\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nwebhook\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"config\"\r\n\r\n" +
      Json{{"params", {{"url", cloud.url() + "/_local/flush"}, {"verb", "post"}}}}.dump() +
      "\r\n--x--\r\n";
  const Json made = Json::parse(caller
                                    .call("POST", en + "/destinations", form, "127.0.0.1", token,
                                          "multipart/form-data; boundary=x")
                                    .body);
  const std::string test = en + "/destinations/" + made.at("id").get<std::string>() + "/test";
  CHECK(caller.call("POST", test, {}, "127.0.0.1", token).status == 201);
  Json told;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  do {
    told = Json::parse(caller.call("GET", "/_local/deliveries").body);
  } while (told["delivered"] == 0 && told["lost"] == 0 && std::chrono::steady_clock::now() < end);
  CHECK(told["delivered"] == 1);
}

#pragma once
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// A small blocking HTTP/1.1 client for tests: one connection a call, one attempt, 60 s at most, no
// redirects. Knows nothing of the code under test.
namespace cloud_client {

using Json = nlohmann::json;
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  Headers headers{};  // names as sent
  std::string body{};

  std::string header(const std::string& name) const;  // in any case; first, else ""
  Json json() const;                                  // throws when the body is not JSON
};

// There was no whole answer: refused, reset, closed early or timed out.
struct NoAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// `url` is http://host:port/path?query. Content-Length and Host are added. Throws NoAnswer.
Answer call(const std::string& method, const std::string& url, const Headers& headers = {},
            const std::string& body = {});

// JSON against one base address, with headers that go with every call.
class Client {
 public:
  explicit Client(std::string base_url, Headers headers = {});

  // Copies of this client with one more header.
  Client with(const std::string& name, const std::string& value) const;
  Client bearer(const std::string& token) const { return with("Authorization", "Bearer " + token); }

  Answer get(const std::string& path) const { return send("GET", path); }
  Answer erase(const std::string& path) const { return send("DELETE", path); }
  Answer post(const std::string& path, const Json& body = Json::object()) const;
  Answer put(const std::string& path, const Json& body, const Headers& more = {}) const;
  Answer patch(const std::string& path, const Json& body, const Headers& more = {}) const;
  Answer send(const std::string& method, const std::string& path, const Headers& more = {},
              const std::string& body = {}) const;

  const std::string& base_url() const { return base_url_; }

 private:
  std::string base_url_;
  Headers headers_;
};

// An access token for an API key from `iam_url` ("http://.../iam"); throws when refused.
std::string access_token(const std::string& iam_url, const std::string& api_key);

}  // namespace cloud_client

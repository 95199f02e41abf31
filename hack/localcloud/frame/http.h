#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What a service of the local cloud sees of HTTP: plain values in, plain values out.
namespace localcloud {

using Json = nlohmann::json;

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first value of that name, else "".
std::string find(const Headers& headers, const std::string& name);

struct Request {
  std::string method{};             // "GET"
  std::string raw_path{};           // as sent, without the query
  std::string raw_query{};          // as sent, without "?"
  std::vector<std::string> path{};  // segments below the service's prefix, each percent-decoded
  std::multimap<std::string, std::string> query{};  // decoded
  Headers headers{};                                // names lowercased
  std::string body{};                               // already gunzipped
  // Address under which the caller reached this service: "http://127.0.0.1:4711/sm/<guid>". For
  // href members, so that they work wherever the cloud listens.
  std::string base_url{};

  // Takes "/path?query" apart. False, and nothing is changed, if a percent escape is broken.
  bool aim(const std::string& target);
  std::string header(const std::string& lowercase_name) const {
    return find(headers, lowercase_name);
  }
  std::optional<std::string> query_value(const std::string& name) const;
  // All values of an array parameter: one comma list (also %2C) or repeated keys.
  std::vector<std::string> query_list(const std::string& name) const;
};

struct Response {
  int status = 200;
  Headers headers{};  // a length among them counts at HEAD alone, for a body that is not here
  std::string body{};
  std::string content_type{};  // empty: no body

  static Response json(int status, const Json& body);
  static Response empty(int status);
};

// Path parameters by name, decoded.
using Params = std::map<std::string, std::string>;

// Method and pattern -> handler. Patterns are relative to the service's prefix:
// "/projects/{project_id}/secrets/{name}". Literal segments win over parameters.
class Router {
 public:
  using Handler = std::function<Response(const Request&, const Params&)>;
  void on(const std::string& method, const std::string& pattern, Handler handler);
  // Empty: no such path. A known path with another method: 405.
  std::optional<Response> route(const Request& request) const;

 private:
  struct Entry {
    std::string method;
    std::vector<std::string> pattern;
    Handler handler;
  };
  std::vector<Entry> entries_;
};

// One of IBM's services. All calls come from the cloud's one thread: no locks anywhere.
class Service {
 public:
  virtual ~Service() = default;
  virtual Response handle(const Request& request) = 0;
};

// What passes requests on to somebody else and so cannot answer at once.
class Relay {
 public:
  using Reply = std::function<void(Response)>;
  virtual ~Relay() = default;
  // `reply` is called once, now or later, on the cloud's thread.
  virtual void handle(Request request, Reply reply) = 0;
};

// Thrown by handlers; becomes the answer. Carries the whole response, since the services' error
// bodies have different shapes.
struct HttpError {
  Response response;
};

// IBM's standard error body: {"errors":[{"code","message","more_info"}],"trace","status_code"}.
// Never an empty errors array (it makes an SDK core crash).
Response ibm_error(int status, const std::string& code, const std::string& message,
                   const std::string& trace);

// The 401 of every service to a token that is missing, unknown or not valid any more.
Response unauthorized(const std::string& trace);

// Body as a JSON object, else throws 400 in IBM's shape.
Json parse_json_object(const Request& request);

}  // namespace localcloud

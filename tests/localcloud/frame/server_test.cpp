#include "hack/localcloud/frame/server.h"

#include <sys/resource.h>
#include <zlib.h>

#include <ctime>
#include <memory>
#include <utility>

#include "hack/localcloud/frame/gzip.h"
#include "tests/localcloud/frame/raw_connection.h"
#include "tests/localcloud/signed_in.h"
#include "tests/support/catch.h"

using cloud_client::Client;
using cloud_client::Json;

namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

const std::string kGetClock = "GET /_local/clock HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("a cloud listens after less than 100 ms of work and stops with its object") {
  const std::clock_t start = std::clock();
  auto cloud = std::make_unique<localcloud::Cloud>();
  CHECK(std::clock() - start < CLOCKS_PER_SEC / 10);
  const Client client(cloud->url());
  CHECK(client.get("/_local/clock").status == 200);
  cloud.reset();
  CHECK_THROWS_AS(client.get("/_local/clock"), cloud_client::NoAnswer);
}

TEST_CASE("a taken port is told at once") {
  const localcloud::Cloud first;
  localcloud::CloudOptions options;
  options.port = first.port();
  CHECK_THROWS_AS(localcloud::Cloud(options), std::runtime_error);
  options.address = "nowhere";
  CHECK_THROWS_AS(localcloud::Cloud(options), std::runtime_error);
}

TEST_CASE("an answer to HEAD ends after its header and tells of the body what is known") {
  struct Case {
    std::string what;
    localcloud::Response response;
    std::string fields;
  };
  const Case cases[] = {
      {"a body",
       {.body = "four", .content_type = "text/plain"},
       "Content-Type: text/plain\r\nContent-Length: 4\r\n"},
      {"a length alone", {.headers = {{"content-length", "7"}}}, "Content-Length: 7\r\n"},
      {"neither", {}, ""}};
  for (const Case& one : cases) {
    CAPTURE(one.what);
    localcloud::Server server("127.0.0.1", 0);
    server.start([&one](const localcloud::Request&, std::uint16_t,
                        const localcloud::Deliver& deliver) { deliver({one.response}); });
    RawConnection connection(server.port());
    connection.write("HEAD / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(connection.read_to_end() == "HTTP/1.1 200 OK\r\n" + one.fields +
                                          "\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n" +
                                          one.fields + "\r\n");
  }
}

TEST_CASE("an address without a service answers 404 in the standard shape") {
  const localcloud::Cloud cloud;
  for (const std::string path : {"/", "/nowhere", "/_localx/clock", "/_local/nothing"}) {
    CAPTURE(path);
    const auto answer = Client(cloud.url()).get(path);
    CHECK(answer.status == 404);
    CHECK(answer.header("Content-Type").rfind("application/json", 0) == 0);
    CHECK(answer.json()["errors"][0]["code"] == "not_found");
    CHECK(answer.json()["status_code"] == 404);
  }
}

TEST_CASE("a name that only a foreign DNS can have led here is refused with 421") {
  localcloud::CloudOptions options;
  for (const bool any_host : {false, true}) {
    options.any_host = any_host;
    const localcloud::Cloud cloud(options);
    const auto status = [&cloud](const std::string& host) {
      RawConnection connection(cloud.port());
      connection.write("GET /_local/clock HTTP/1.1\r\n" + host + "\r\n");
      return connection.read().result_int();
    };
    for (const char* ours : {"", "Host: 127.0.0.1\r\n", "Host: 127.0.0.1:80\r\n",
                             "Host: localhost:4711\r\n", "Host: [::1]:80\r\n"}) {
      CAPTURE(ours);
      CHECK(status(ours) == 200);
    }
    for (const char* foreign : {"Host: evil.example\r\n", "Host: localhost.evil.example:80\r\n"}) {
      CAPTURE(foreign);
      CHECK(status(foreign) == (any_host ? 200U : 421U));
    }
  }
}

TEST_CASE("pages in browsers reach apps and nothing else") {
  const localcloud::Cloud cloud;
  const Client client(cloud.url());
  for (const auto& [name, value] : {std::pair("Origin", "http://127.0.0.1:1"),
                                    {"Sec-Fetch-Site", "cross-site"},
                                    {"Sec-Fetch-Site", "same-origin"}}) {
    CAPTURE(name, value);
    const Client page = client.with(name, value);
    CHECK(page.post("/_local/switches").status == 403);
    CHECK(page.get("/iam/identity/keys").status == 403);
    CHECK(page.get("/app/project/app/").body.find("There is no app here") == 0);
  }
  CHECK(client.with("Sec-Fetch-Site", "none").get("/_local/clock").status == 200);
}

TEST_CASE("every answer has a correlation id, the caller's own if it is sane") {
  const localcloud::Cloud cloud;
  const Client client(cloud.url());
  CHECK(client.get("/_local/clock").header("X-Correlation-Id").size() == 36);
  CHECK(client.with("X-Correlation-Id", "my-id.1").get("/x").header("X-Correlation-Id") ==
        "my-id.1");
  CHECK(client.with("X-Correlation-Id", "no good").get("/x").header("X-Correlation-Id").size() ==
        36);
}

TEST_CASE("one connection serves many requests, and two sent at once") {
  const localcloud::Cloud cloud;
  RawConnection connection(cloud.port());
  for (int i = 0; i < 3; ++i) {
    connection.write(kGetClock);
    CHECK(connection.read().result_int() == 200);
  }
  connection.write(kGetClock + kGetClock);
  CHECK(connection.read().result_int() == 200);
  CHECK(connection.read().result_int() == 200);
}

TEST_CASE("a caller who asks to close is closed after the answer") {
  const localcloud::Cloud cloud;
  RawConnection connection(cloud.port());
  connection.write("GET /_local/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(connection.read_to_end().rfind("HTTP/1.1 200", 0) == 0);
  CHECK(connection.end() == boost::asio::error::eof);
}

TEST_CASE("a caller who expects 100-continue is invited") {
  const localcloud::Cloud cloud;
  RawConnection connection(cloud.port());
  connection.write(
      "POST /_local/switches HTTP/1.1\r\nHost: localhost\r\nExpect: "
      "100-continue\r\nContent-Length: "
      "2\r\n\r\n");
  CHECK(connection.read().result_int() == 100);
  connection.write("{}");
  CHECK(connection.read().result_int() == 200);
}

TEST_CASE("unreadable requests get their own status and the connection ends") {
  const localcloud::Cloud cloud;
  struct Case {
    std::string text;
    std::string status;
  };
  const Case cases[] = {
      {"hello\r\n\r\n", "400"},
      {"GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "400"},
      {"GET /?a=%0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8388609\r\n\r\n", "413"},
      {"GET / HTTP/1.1\r\nX-Long: " + std::string(40'000, 'x') + "\r\n\r\n", "431"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text.substr(0, 40));
    RawConnection connection(cloud.port());
    connection.write(c.text);
    CHECK(connection.read_to_end().substr(9, 3) == c.status);
  }
}

TEST_CASE("a body of more than 8 MiB is refused with 413, one of 8 MiB is read") {
  const localcloud::Cloud cloud;
  const Client client(cloud.url());
  const std::string limit(8U << 20, ' ');
  // Where nobody parses it: the limit is tested, not the time a JSON reader takes.
  CHECK(client.send("POST", "/nowhere", {}, limit).status == 404);
  CHECK(client.send("POST", "/nowhere", {}, limit + " ").status == 413);
}

TEST_CASE("gzip bodies are read, bombs and ruins are refused") {
  const localcloud::Cloud cloud;
  const Client client = Client(cloud.url()).with("Content-Encoding", "gzip");
  const std::string good = gzip(R"({"token_life_seconds":60})");
  CHECK(client.send("POST", "/_local/switches", {}, good).status == 200);
  struct Case {
    std::string name;
    std::string body;
  };
  const Case bad[] = {
      {"bomb", gzip(std::string(9U << 20, 'a'))},
      {"cut", good.substr(0, good.size() - 4)},
      {"plain", "{}"},
      {"nothing", ""},
  };
  for (const Case& c : bad) {
    CAPTURE(c.name);
    CHECK(client.send("POST", "/_local/switches", {}, c.body).status == 400);
  }
  CHECK(localcloud::gunzip(gzip("1234567890"), 10) == "1234567890");
  CHECK_FALSE(localcloud::gunzip(gzip("1234567890"), 9));
}

TEST_CASE("an answer whose status allows no body is sent without one") {
  localcloud::Server server("127.0.0.1", 0);
  server.start(
      [](const localcloud::Request& request, std::uint16_t, const localcloud::Deliver& deliver) {
        deliver({localcloud::Response::json(std::stoi(request.path[0]), {{"a", 1}})});
      });
  RawConnection connection(server.port());
  for (const unsigned status : {204U, 304U, 200U}) {
    CAPTURE(status);
    connection.write("GET /" + std::to_string(status) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = connection.read();
    CHECK(answer.result_int() == status);
    CHECK(answer.body().empty() == (status != 200));
  }
}

TEST_CASE("an answer may come later than another caller's") {
  localcloud::Server server("127.0.0.1", 0);
  localcloud::Deliver late;
  server.start(
      [&late](const localcloud::Request& request, std::uint16_t, localcloud::Deliver deliver) {
        if (request.raw_path == "/first") {
          late = std::move(deliver);
          return;
        }
        const bool waits = static_cast<bool>(late);
        deliver({localcloud::Response::json(200, waits)});
        if (waits) std::exchange(late, {})({localcloud::Response::json(200, "first")});
      });
  RawConnection first(server.port());
  first.write("GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n");
  RawConnection second(server.port());
  std::string waits = "false";
  while (waits == "false") {
    second.write("GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n");
    waits = second.read().body();
  }
  CHECK(first.read().body() == "\"first\"");
}

TEST_CASE("an answer that cannot be written costs its connection, not the server") {
  localcloud::Server server("127.0.0.1", 0);
  server.start(
      [](const localcloud::Request& request, std::uint16_t, const localcloud::Deliver& deliver) {
        localcloud::Answer answer;
        if (request.raw_path == "/long") {
          answer.response.headers.emplace_back("X-Long", std::string(70'000, 'x'));
        }
        deliver(answer);
      });
  RawConnection broken(server.port());
  broken.write("GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(broken.read_to_end().empty());
  RawConnection next(server.port());
  next.write("GET /short HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(next.read().result_int() == 200);
}

TEST_CASE("1500 connections are held at the same time") {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  REQUIRE(limit.rlim_cur > 3200);
  const localcloud::Cloud cloud;
  std::vector<std::unique_ptr<RawConnection>> all;
  for (int i = 0; i < 1500; ++i) {
    all.push_back(std::make_unique<RawConnection>(cloud.port()));
    all.back()->write(kGetClock);
  }
  int answered = 0;
  for (const auto& connection : all) answered += connection->read().result_int() == 200 ? 1 : 0;
  CHECK(answered == 1500);
}

#include "hack/localcloud/frame/outbound.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "hack/localcloud/cloud.h"
#include "hack/localcloud/en/event_notifications.h"
#include "tests/localcloud/en/receiver.h"
#include "tests/localcloud/en/stage.h"
#include "tests/support/catch.h"
#include "tests/support/cloud_client.h"

using namespace std::chrono_literals;
using localcloud::Json;

namespace {

// Real time on the test's own io_context.
class IoScheduler : public localcloud::Scheduler {
 public:
  explicit IoScheduler(boost::asio::io_context& io) : io_(io) {}
  void after(std::chrono::milliseconds wait, std::function<void()> task) override {
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, wait);
    timer->async_wait([timer, task = std::move(task)](boost::system::error_code stopped) {
      if (!stopped) task();
    });
  }

 private:
  boost::asio::io_context& io_;
};

// The delivery worker with the real client, one destination and a receiver, all on one thread.
struct Line {
  Line() {
    world.scheduler = &scheduler;
    world.outbound = &outbound;
    worker.emplace(world, signing);
    world.switches.set("delivery_retry_first_ms", 1);
  }

  void submit(const Json& params, const std::string& text = "hello") {
    worker->submit({.notification_id = text,
                    .event_type = "t",
                    .destination = {.type = "webhook", .params = params},
                    .event = {{"data", text}}});
  }
  Json params() const {
    return {{"url", receiver.url() + "/hook?a=b"},
            {"verb", "put"},
            {"custom_headers", {{"X-Secret", "canary"}}},
            {"sensitive_headers", {"X-Secret"}}};
  }
  // Runs until `count` deliveries are settled; false after ten seconds.
  bool settle(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (settled() < count && std::chrono::steady_clock::now() < end) io.run_one_until(end);
    return settled() >= count;
  }
  std::size_t settled() const {
    const Json told = worker->describe();
    return told["delivered"].get<std::size_t>() + told["lost"].get<std::size_t>();
  }
  Json delivery(std::size_t index) const { return worker->describe()["deliveries"][index]; }

  boost::asio::io_context io{};
  receiver::Receiver receiver{io};
  IoScheduler scheduler{io};
  localcloud::LoopbackOutbound outbound{io};
  localcloud::World world{};
  localcloud::en::Signing signing{world};
  std::optional<localcloud::en::DeliveryWorker> worker{};
};

}  // namespace

TEST_CASE("a receiver gets the event with the destination's secret header") {
  Line line;
  line.submit(line.params());
  REQUIRE(line.settle(1));
  CHECK(line.delivery(0)["outcome"] == "delivered");
  REQUIRE(line.receiver.received().size() == 1);
  const auto& got = line.receiver.received()[0];
  CHECK(got.method == "PUT");
  CHECK(got.target == "/hook?a=b");
  CHECK(got.headers.at("x-secret") == "canary");
  CHECK(got.headers.at("content-type") == "application/json");
  CHECK(got.headers.at("host") == line.receiver.url().substr(7));
  CHECK(Json::parse(got.body) == Json{{"data", "hello"}});
}

TEST_CASE("a receiver's 503 with Retry-After is obeyed over a socket") {
  Line line;
  line.world.switches.set("delivery_retry_first_ms", 600'000);
  line.receiver.script = {{.status = 503, .retry_after = "0"}};
  line.submit(line.params());
  REQUIRE(line.settle(1));
  CHECK(line.delivery(0)["outcome"] == "delivered");
  CHECK(line.delivery(0)["attempts"] == 2);
}

TEST_CASE("a receiver that never answers costs four timeouts and the event") {
  Line line;
  line.world.switches.set("delivery_timeout_ms", 30);
  line.receiver.script.assign(4, {.silent = true});
  line.submit(line.params());
  REQUIRE(line.settle(1));
  CHECK(line.delivery(0)["outcome"] == "lost");
  CHECK(line.delivery(0)["attempts"] == 4);
  CHECK(line.delivery(0)["status"] == 0);
  CHECK(line.delivery(0)["reason"] == "timeout");
}

TEST_CASE("a receiver that comes back in time gets the event") {
  Line line;
  line.receiver.script = {{.hang_up = true}, {.status = 500}, {.status = 302}};
  line.submit(line.params());
  REQUIRE(line.settle(1));
  CHECK(line.delivery(0)["outcome"] == "delivered");
  CHECK(line.delivery(0)["attempts"] == 4);
  CHECK(line.receiver.received().size() == 4);
}

TEST_CASE("a port where nobody listens loses the event") {
  Line line;
  Json params = line.params();
  line.receiver.stop();
  line.submit(params);
  REQUIRE(line.settle(1));
  CHECK(line.delivery(0)["outcome"] == "lost");
  CHECK(line.delivery(0)["reason"].get<std::string>().find("connect") == 0);
}

TEST_CASE("nothing but http to a loopback address is ever called") {
  for (const char* url : {"http://192.0.2.1/", "https://127.0.0.1/", "http://app.example/",
                          "http://127.0.0.1.example/", "http://[2001:db8::1]/", "nonsense"}) {
    INFO(url);
    boost::asio::io_context io;
    localcloud::LoopbackOutbound outbound(io);
    std::string failure;
    outbound.send({.method = "POST", .url = url},
                  [&](const localcloud::OutboundResult& result) { failure = result.failure; });
    io.run();
    CHECK(failure.find("loopback addresses only") != std::string::npos);
  }
}

TEST_CASE("loses, doubles, delays and reorders are seen by the receiver") {
  struct Case {
    Json order;
    std::vector<std::string> expected;
  };
  const Case cases[] = {{{{"mode", "lose"}}, {"b", "c"}},
                        {{{"mode", "double"}}, {"a", "a", "b", "c"}},
                        {{{"mode", "delay"}, {"delay_ms", 200}}, {"b", "c", "a"}},
                        {{{"mode", "reorder"}, {"count", 3}}, {"c", "b", "a"}}};
  for (const Case& one : cases) {
    INFO(one.order.dump());
    Line line;
    line.worker->disturb(one.order);
    for (const char* text : {"a", "b", "c"}) line.submit(line.params(), text);
    REQUIRE(line.settle(std::max<std::size_t>(3, one.expected.size())));
    std::vector<std::string> texts;
    for (const auto& got : line.receiver.received()) {
      texts.push_back(Json::parse(got.body)["data"].get<std::string>());
    }
    CHECK(texts == one.expected);
  }
}

TEST_CASE("a cloud offers the controls of notifications") {
  localcloud::Cloud cloud;
  const cloud_client::Client local(cloud.url() + "/_local");
  const auto flushed = local.post("/flush");
  CHECK(flushed.status == 200);
  CHECK(flushed.json() == Json{{"dispatched", 0}});
  CHECK(local.post("/notifications", {{"mode", "lose"}, {"count", 2}}).status == 204);
  CHECK(local.post("/notifications", {{"mode", "burn"}}).status == 400);
  CHECK(local.get("/deliveries").json()["lost"] == 0);
  CHECK(local.get("/switches").json().contains("event_secret_id_form"));
}

namespace {

// What the client makes of an answer, sent byte by byte as it stands here by whoever listens.
localcloud::OutboundResult answered_with(const std::string& answer) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  tcp::socket peer(io);
  acceptor.async_accept(peer, [&](boost::system::error_code) {
    boost::asio::async_write(peer, boost::asio::buffer(answer),
                             [&](boost::system::error_code, std::size_t) {
                               boost::system::error_code ignored;
                               peer.shutdown(tcp::socket::shutdown_send, ignored);
                             });
  });
  localcloud::OutboundResult result{.status = -1};
  localcloud::LoopbackOutbound outbound(io);
  const auto port = std::to_string(acceptor.local_endpoint().port());
  outbound.send({.method = "GET", .url = "http://127.0.0.1:" + port},
                [&result](const localcloud::OutboundResult& given) { result = given; });
  io.run_for(10s);
  return result;
}

}  // namespace

TEST_CASE("the answer is the one after those that come before it") {
  const auto result = answered_with(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 200 OK\r\nX-Own: kept\r\nContent-Length: 4\r\n\r\nbody");
  CHECK(result.status == 200);
  CHECK(result.header("x-own") == "kept");
  CHECK(result.header("link").empty());
  CHECK(result.body == "body");
}

TEST_CASE("answers that are too large, or none, fail") {
  const std::pair<const char*, std::string> cases[] = {
      {"announced", "HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n"},
      {"sent", "HTTP/1.1 200 OK\r\n\r\n" + std::string(9U << 20, 'x')},
      {"another protocol", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
      {"an invented status", "HTTP/1.1 999 Wow\r\nContent-Length: 0\r\n\r\n"},
  };
  for (const auto& [name, answer] : cases) {
    CAPTURE(name);
    const auto result = answered_with(answer);
    CHECK(result.status == 0);
    CHECK(result.connected);
    CHECK(result.failure.rfind("receive: ", 0) == 0);
  }
}

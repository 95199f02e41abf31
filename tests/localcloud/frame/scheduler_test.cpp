#include <future>
#include <memory>
#include <vector>

#include "hack/localcloud/frame/outbound.h"
#include "hack/localcloud/frame/server.h"
#include "tests/support/catch.h"

using namespace localcloud;
using std::chrono::milliseconds;

TEST_CASE("tasks run on the server's thread, the earlier ones first") {
  Server server("127.0.0.1", 0);
  server.start([](const Request&, std::uint16_t, const Deliver& deliver) { deliver({}); });
  std::vector<int> order;
  std::thread::id thread;
  std::promise<void> done;
  server.after(milliseconds(30), [&] {
    order.push_back(2);
    thread = std::this_thread::get_id();
    done.set_value();
  });
  server.after(milliseconds(0), [&] { order.push_back(1); });
  done.get_future().wait();
  CHECK(order == std::vector<int>{1, 2});
  CHECK(thread != std::this_thread::get_id());
}

TEST_CASE("a task that throws does not keep the next one from running") {
  Server server("127.0.0.1", 0);
  server.start([](const Request&, std::uint16_t, const Deliver& deliver) { deliver({}); });
  std::promise<void> done;
  server.after(milliseconds(0), [] { throw std::runtime_error("on purpose"); });
  server.after(milliseconds(1), [&] { done.set_value(); });
  CHECK(done.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a reader of an answer to the cloud's own call that throws takes nothing with it") {
  Server server("127.0.0.1", 0);
  server.start([](const Request&, std::uint16_t, const Deliver& deliver) { deliver({}); });
  LoopbackOutbound outbound(server.io());
  std::promise<void> done;
  server.after(milliseconds(0), [&] {
    outbound.send({.method = "GET", .url = server.url() + "/"}, [&](const OutboundResult&) {
      server.after(milliseconds(1), [&] { done.set_value(); });
      throw std::runtime_error("on purpose");
    });
  });
  CHECK(done.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a stopped server runs no task and drops what it holds") {
  const auto held = std::make_shared<int>(1);
  bool ran = false;
  {
    Server server("127.0.0.1", 0);
    server.start([](const Request&, std::uint16_t, const Deliver& deliver) { deliver({}); });
    server.after(std::chrono::hours(1), [held, &ran] { ran = true; });
    server.stop();
  }
  CHECK_FALSE(ran);
  CHECK(held.use_count() == 1);
}

#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

#include "controller/net/http_server.h"

namespace boost::asio {
class io_context;
}

namespace certloop::net {

// Receives what a responder is told, on the io thread. `request` says which of the connection's
// requests is meant: an answer to one that is over is dropped.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void take_answer(std::uint64_t request, ServerResponse answer) = 0;
  virtual void take_fallback(std::uint64_t request, Duration wait, ServerResponse fallback) = 0;
};

// Carries answers from any thread to the io thread. It owns the loop, so that an answer after the
// server's end is parked in a queue nobody runs, and holds the session only weakly.
class SessionResponder final : public Responder {
 public:
  SessionResponder(std::shared_ptr<boost::asio::io_context> loop, std::weak_ptr<AnswerSink> sink,
                   std::uint64_t request);
  ~SessionResponder() override;
  SessionResponder(const SessionResponder&) = delete;
  SessionResponder& operator=(const SessionResponder&) = delete;

  void answer(ServerResponse response) override;
  void answer_after(Duration wait, ServerResponse fallback) override;

 private:
  const std::shared_ptr<boost::asio::io_context> loop_;
  const std::weak_ptr<AnswerSink> sink_;
  const std::uint64_t request_;
  std::atomic<bool> answered_{false};
};

}  // namespace certloop::net

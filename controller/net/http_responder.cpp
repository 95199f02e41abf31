#include "controller/net/http_responder.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "controller/net/http_answer.h"

namespace certloop::net {

SessionResponder::SessionResponder(std::shared_ptr<boost::asio::io_context> loop,
                                   std::weak_ptr<AnswerSink> sink, std::uint64_t request)
    : loop_(std::move(loop)), sink_(std::move(sink)), request_(request) {}

SessionResponder::~SessionResponder() {
  try {
    answer(plain_answer(500));
  } catch (...) {
    // Out of memory. The peer gets the session's own answer when the answer deadline passes.
  }
}

// Posting even on the io thread keeps pipelined requests from growing the stack.
void SessionResponder::answer(ServerResponse response) {
  if (answered_.exchange(true)) return;
  boost::asio::post(*loop_,
                    [sink = sink_, request = request_, answer = std::move(response)]() mutable {
                      if (const auto session = sink.lock())
                        session->take_answer(request, std::move(answer));
                    });
}

void SessionResponder::answer_after(Duration wait, ServerResponse fallback) {
  if (answered_) return;
  boost::asio::post(
      *loop_, [sink = sink_, request = request_, wait, answer = std::move(fallback)]() mutable {
        if (const auto session = sink.lock())
          session->take_fallback(request, wait, std::move(answer));
      });
}

}  // namespace certloop::net

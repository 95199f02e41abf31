#include "tests/support/fakes_transport.h"

namespace certloop::test {

Result<HttpResponse> FakeTransport::send(HttpRequest request) {
  Sent sent{request.method,
            request.endpoint,
            request.path,
            request.headers,
            std::string(request.authorization.reveal()),
            request.content_type,
            std::string(request.body.reveal()),
            request.deadline};
  std::unique_lock lock(mutex_);
  sent_.push_back(sent);
  if (next_ == script_.size()) return fail(ErrorCode::internal, "nothing more is scripted");
  const Script script = script_[next_++];
  lock.unlock();
  return script(sent);
}

void FakeTransport::then(Script script) {
  const std::lock_guard lock(mutex_);
  script_.push_back(std::move(script));
}

void FakeTransport::then(int status, std::string body) {
  then([status, body = std::move(body)](const Sent&) -> Result<HttpResponse> {
    return answer(status, body);
  });
}

void FakeTransport::then(ErrorCode code) {
  then([code](const Sent&) -> Result<HttpResponse> { return fail(code, "arranged by the test"); });
}

std::vector<Sent> FakeTransport::sent() const {
  const std::lock_guard lock(mutex_);
  return sent_;
}

Sent FakeTransport::last() const {
  const std::lock_guard lock(mutex_);
  return sent_.empty() ? Sent{} : sent_.back();
}

}  // namespace certloop::test

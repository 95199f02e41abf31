#pragma once
#include <memory>

#include "controller/app/options.h"
#include "controller/app/telemetry_log.h"
#include "controller/ibm/cloud_lists.h"
#include "controller/ibm/code_engine.h"
#include "controller/ibm/iam_tokens.h"
#include "controller/ibm/secrets_manager.h"
#include "controller/net/cpprest_transport.h"
#include "controller/net/transports.h"
#include "controller/ports/clock.h"

namespace certloop::app {

// The machine's clocks.
class SystemClock : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

// Everything between the loop and the network, put together in one readable place; the members are
// torn down in reverse. Each call goes: bearer token -> rate limit -> log -> wire. Token calls go
// without the bearer.
class Stack {
 public:
  explicit Stack(Options& options);

  TelemetryLog& telemetry() { return telemetry_; }
  const Clock& clock() const { return clock_; }
  ibm::IamTokens& tokens() { return tokens_; }
  SecretSource& source() { return source_; }
  SecretTarget& target() { return target_; }
  CloudLists& lists() { return lists_; }
  HttpTransport& transport() { return bearer_; }

 private:
  SystemClock clock_;
  TelemetryLog telemetry_;
  std::unique_ptr<HttpTransport> wire_;
  net::LoggedTransport logged_;
  net::RateLimitedTransport limited_;
  ibm::IamTokens tokens_;
  net::BearerTransport bearer_;
  ibm::SecretsManagerSource source_;
  ibm::CodeEngineTarget target_;
  ibm::IbmLists lists_;
};

}  // namespace certloop::app

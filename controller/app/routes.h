#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "api/v1/status.h"
#include "controller/app/signed_senders.h"
#include "controller/core/secret_bytes.h"
#include "controller/engine/runner.h"
#include "controller/net/http_server.h"
#include "controller/ports/clock.h"
#include "controller/ports/telemetry.h"

namespace certloop::app {

// The state of the mapping file, shared between the watcher, the routes and the log.
class FileState {
 public:
  v1::FileStatus get() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  void loaded(WallTime now) {
    const std::lock_guard lock(mutex_);
    status_ = {true, now, {}};
  }
  void refused(std::vector<v1::Fault> faults) {
    const std::lock_guard lock(mutex_);
    status_.faults = std::move(faults);
  }

 private:
  mutable std::mutex mutex_;
  v1::FileStatus status_{};
};

struct RouteOptions {
  // None, and no signed senders: everybody may notify.
  std::vector<SecretBytes> shared_secrets{};
  SecretBytes view_token{};  // none: only this machine may look
  Duration notification_wait{5'000};
  SignedSenders* signed_senders = nullptr;  // none: no signature lets anybody in
};

// What certloop serves, as a table of routes over the runner. Handlers run on the server's thread
// and never block. Everything given must live longer than the server.
class Routes {
 public:
  Routes(Runner& runner, const FileState& file, Telemetry& telemetry, const Clock& clock,
         std::function<bool()> credentials_good, RouteOptions options);
  void install(net::HttpServer& server);
  // From now on nothing is taken on: 503.
  void shut() { shut_ = true; }

 private:
  using Request = net::ServerRequest;
  using Response = net::ServerResponse;
  using Answer = std::shared_ptr<net::Responder>;

  void notifications(const Request& request, const Answer& answer);
  Response resync();
  Response readyz() const;
  Response status(const Request& request) const;

  void take_signed(SignedSenders& signers, const Request& request, const Answer& answer);
  void take(const Notification& notification, const Answer& answer);
  void look_at(const Notification& notification, const Answer& answer);
  Response look_at_everything();
  bool may_notify(const Request& request) const;
  bool may_look(const Request& request) const;
  bool takes_work() const { return !shut_ && runner_.has_bindings(); }

  Runner& runner_;
  const FileState& file_;
  Telemetry& telemetry_;
  const Clock& clock_;
  const std::function<bool()> credentials_good_;
  const RouteOptions options_;
  std::atomic<bool> shut_ = false;
  std::optional<SteadyTime> full_look_at_{};  // the newest one; the server's thread only
};

}  // namespace certloop::app
